/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License at
 *
 *     http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations under
 * the License.
 */
package org.matryoshkasearch.lucene.analysis;

import java.io.IOException;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.matryoshkasearch.lucene.codec.PrefixEncoding;
import org.matryoshkasearch.lucene.internal.codes.Centroid;
import org.matryoshkasearch.lucene.internal.codes.PrefixQuantizer;
import org.matryoshkasearch.lucene.internal.codes.QuantizedPrefix;
import org.matryoshkasearch.lucene.internal.scoring.PrefixSimilarity;

/**
 * What documents are compared with: the queries as floats, and coded for each setting. A setting is
 * a length of prefixes and a code; codes of one length are numbered one after another.
 */
final class SettingCodes {
  final QueryPanels panels;
  private final PrefixAnalysis analysis;

  /** For each length of prefixes, the point that they are seen from. */
  private final float[][] centroids;

  /** For each setting the codes of the queries; null where prefixes are compared as floats. */
  private final QuantizedPrefix[][] queries;

  private SettingCodes(PrefixAnalysis analysis, QuerySample sample, float[][] centroids)
      throws IOException {
    this.analysis = analysis;
    this.centroids = centroids;
    this.panels =
        new QueryPanels(
            sample.vectors(),
            analysis.prefixes,
            TrueNeighbors.origin(analysis.documents, analysis.similarity),
            DotBlock.directions(analysis.similarity, false));
    this.queries = new QuantizedPrefix[count()][];
  }

  static SettingCodes of(PrefixAnalysis analysis, QuerySample sample, AnalysisWork work)
      throws IOException {
    int[] prefixes = analysis.prefixes;
    VectorSet documents = analysis.documents;
    VectorSimilarityFunction similarity = analysis.similarity;
    float[][] centroids = new float[prefixes.length][];
    work.runUntold(
        prefixes.length,
        () -> {
          VectorSet.Reader reader = documents.reader();
          float[] vector = new float[documents.dims()];
          return part -> {
            int dims = prefixes[part];
            int step = Centroid.step(documents.size());
            centroids[part] =
                Centroid.of(
                    taker -> {
                      for (long i = 0; i < documents.size(); i += step) {
                        reader.read((int) i, vector);
                        taker.take(PrefixSimilarity.prefixOf(vector, dims, similarity));
                      }
                    },
                    dims);
          };
        });
    SettingCodes codes = new SettingCodes(analysis, sample, centroids);
    for (int setting = 0; setting < codes.count(); setting++) {
      PrefixQuantizer quantizer = codes.quantizer(setting);
      if (quantizer != null) {
        codes.queries[setting] = new QuantizedPrefix[sample.size()];
        for (int query = 0; query < sample.size(); query++) {
          float[] prefix =
              PrefixSimilarity.prefixOf(sample.vectors()[query], codes.prefix(setting), similarity);
          codes.queries[setting][query] = quantizer.quantizeQuery(prefix);
        }
      }
    }
    return codes;
  }

  int count() {
    return analysis.prefixes.length * analysis.encodings.size();
  }

  private int prefix(int setting) {
    return analysis.prefixes[setting / analysis.encodings.size()];
  }

  /** For one thread; null where prefixes are compared as floats. */
  PrefixQuantizer quantizer(int setting) {
    PrefixEncoding encoding = analysis.encodings.get(setting % analysis.encodings.size());
    float[] centroid = centroids[setting / analysis.encodings.size()];
    return encoding == PrefixEncoding.FLOAT32
        ? null
        : new PrefixQuantizer(encoding.bits(), analysis.similarity, centroid);
  }

  /** Bytes of a document's code, or of the floats that are compared instead. */
  int bytes(int setting) {
    PrefixQuantizer quantizer = quantizer(setting);
    return quantizer == null ? prefix(setting) * Float.BYTES : quantizer.rowBytes();
  }

  QuantizedPrefix query(int setting, int query) {
    return queries[setting][query];
  }
}
