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
package org.matryoshkasearch.lucene.codec;

import java.io.Closeable;
import java.io.IOException;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.IOUtils;
import org.apache.lucene.util.hnsw.CloseableRandomVectorScorerSupplier;
import org.apache.lucene.util.hnsw.RandomVectorScorer;
import org.apache.lucene.util.hnsw.RandomVectorScorerSupplier;
import org.apache.lucene.util.hnsw.UpdateableRandomVectorScorer;

/** Quantised prefixes: a row a vector, its code and then its terms. */
final class PrefixCodes implements PrefixVectors {
  private final PrefixQuantizer quantizer;
  private final IndexInput codes;

  /**
   * @param codes the rows one after another; it is not moved
   */
  PrefixCodes(PrefixQuantizer quantizer, IndexInput codes) {
    this.quantizer = quantizer;
    this.codes = codes;
  }

  @Override
  public int dims() {
    return quantizer.dims();
  }

  float[] centroid() {
    return quantizer.centroid();
  }

  @Override
  public RandomVectorScorer scorer(FullVectorValues vectors, float[] target) throws IOException {
    CodeRows rows = rows();
    rows.setQuery(quantizer.copy().quantizeQuery(prefixOf(vectors, target)));
    return rows.scorer(vectors);
  }

  private CodeRows rows() throws IOException {
    return CodeRows.of(quantizer, codes);
  }

  /**
   * {@inheritDoc}
   *
   * <p>A graph over 1-bit codes is built on 4-bit codes, which are dropped afterwards: it links
   * nearer neighbours than the coarse codes could tell apart.
   */
  @Override
  public CloseableRandomVectorScorerSupplier graphScorers(
      FullVectorValues vectors, SegmentWriteState state) throws IOException {
    if (quantizer.encoding() != PrefixEncoding.BIT1) {
      return graphScorers(vectors, () -> {});
    }
    PrefixQuantizer finer = quantizer.withEncoding(PrefixEncoding.INT4);
    String file = null;
    IndexInput input = null;
    try (IndexOutput out =
        state.directory.createTempOutput(state.segmentInfo.name, "prefixes", state.context)) {
      file = out.getName();
      PrefixCodesWriter writer = new PrefixCodesWriter(finer, out);
      FullVectorValues read = vectors.copy();
      float[] prefix = new float[dims()];
      for (int ord = 0; ord < vectors.size(); ord++) {
        read.readPrefix(ord, prefix);
        writer.add(prefix);
      }
      CodecUtil.writeFooter(out);
    } catch (Throwable t) {
      delete(state, file);
      throw t;
    }
    try {
      input = state.directory.openInput(file, state.context);
      String written = file;
      IndexInput opened = input;
      return new PrefixCodes(finer, input)
          .graphScorers(
              vectors,
              () -> {
                IOUtils.close(opened);
                delete(state, written);
              });
    } catch (Throwable t) {
      IOUtils.closeWhileSuppressingExceptions(t, input);
      delete(state, file);
      throw t;
    }
  }

  private static void delete(SegmentWriteState state, String file) {
    if (file != null) {
      IOUtils.deleteFilesIgnoringExceptions(state.directory, file);
    }
  }

  private CloseableRandomVectorScorerSupplier graphScorers(
      FullVectorValues vectors, Closeable onClose) {
    RandomVectorScorerSupplier scorers =
        new RandomVectorScorerSupplier() {
          @Override
          public UpdateableRandomVectorScorer scorer() throws IOException {
            return new GraphScorer(vectors.copy(), rows(), quantizer);
          }

          @Override
          public RandomVectorScorerSupplier copy() {
            return this; // scorers share nothing that changes
          }
        };
    return CloseableRandomVectorScorerSupplier.create(scorers, vectors.size(), onClose);
  }

  /** Scores the prefixes against one of them. */
  private static final class GraphScorer
      extends UpdateableRandomVectorScorer.AbstractUpdateableRandomVectorScorer {
    private final CodeRows rows;
    private final PrefixQuantizer quantizer;
    private final QuantizedPrefix query;

    GraphScorer(FullVectorValues vectors, CodeRows rows, PrefixQuantizer quantizer) {
      super(vectors);
      this.rows = rows;
      this.quantizer = quantizer;
      this.query = quantizer.newQuery();
    }

    @Override
    public void setScoringOrdinal(int node) throws IOException {
      quantizer.toQuery(rows.read(node), query);
      rows.setQuery(query);
    }

    @Override
    public float score(int node) throws IOException {
      return rows.score(node);
    }

    @Override
    public float bulkScore(int[] nodes, float[] scores, int numNodes) throws IOException {
      return rows.bulkScore(nodes, scores, numNodes);
    }
  }
}
