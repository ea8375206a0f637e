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
import org.matryoshkasearch.lucene.internal.codes.CodeBlock;
import org.matryoshkasearch.lucene.internal.codes.PrefixQuantizer;
import org.matryoshkasearch.lucene.internal.scoring.PrefixSimilarity;

/** Scores a block of documents for each setting and each query. One thread's. */
final class SettingScorer {
  private final PrefixAnalysis analysis;
  private final SettingCodes codes;
  private final DotBlock dots;

  /** For each setting; null where prefixes are compared as floats. */
  private final CodeBlock[] blocks;

  private final float[] scores = new float[RankCount.BLOCK];

  /** Takes the scores of a block. */
  @FunctionalInterface
  interface Taker {
    /** Takes those of one query by one setting, which are overwritten then. */
    void take(int setting, int query, float[] scores);
  }

  SettingScorer(PrefixAnalysis analysis, SettingCodes codes) throws IOException {
    this.analysis = analysis;
    this.codes = codes;
    this.dots = new DotBlock(codes.panels, analysis.documents, RankCount.BLOCK);
    this.blocks = new CodeBlock[codes.count()];
    for (int setting = 0; setting < blocks.length; setting++) {
      PrefixQuantizer quantizer = codes.quantizer(setting);
      blocks[setting] = quantizer == null ? null : new CodeBlock(quantizer, RankCount.BLOCK);
    }
  }

  /** Reads a document to a place of the block. */
  void read(int row, int ordinal) throws IOException {
    dots.read(row, ordinal);
  }

  /** Scores as many documents as have been read. */
  void score(int count, Taker taker) throws IOException {
    dots.begin(count);
    int setting = 0;
    for (int prefix : analysis.prefixes) {
      dots.extend();
      code(setting, prefix, count);
      for (int i = 0; i < analysis.encodings.size(); i++, setting++) {
        for (int query = 0; query < codes.panels.count; query++) {
          if (blocks[setting] == null) {
            dots.nearness(query, analysis.similarity, scores);
          } else {
            blocks[setting].score(codes.query(setting, query), scores);
          }
          taker.take(setting, query, scores);
        }
      }
    }
  }

  /** Codes the prefixes of the block for all settings of one length. */
  private void code(int firstSetting, int prefixDims, int count) throws IOException {
    for (int i = 0; i < analysis.encodings.size(); i++) {
      if (blocks[firstSetting + i] != null) {
        blocks[firstSetting + i].clear();
      }
    }
    for (int row = 0; row < count; row++) {
      float[] prefix = PrefixSimilarity.prefixOf(dots.rows[row], prefixDims, analysis.similarity);
      for (int i = 0; i < analysis.encodings.size(); i++) {
        if (blocks[firstSetting + i] != null) {
          blocks[firstSetting + i].add(prefix);
        }
      }
    }
  }
}
