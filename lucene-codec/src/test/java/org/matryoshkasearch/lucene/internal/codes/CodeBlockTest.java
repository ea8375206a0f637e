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
package org.matryoshkasearch.lucene.internal.codes;

import java.io.IOException;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.matryoshkasearch.lucene.codec.NestedVectors;

/** Codes in memory beside those of files. */
public class CodeBlockTest extends LuceneTestCase {
  public void testScoresOfFiles() throws IOException {
    for (int bits : new int[] {8, 4, 1}) {
      for (VectorSimilarityFunction similarity : VectorSimilarityFunction.values()) {
        int dims = 1 + random().nextInt(300);
        float[][] prefixes = NestedVectors.unit(random(), 50, dims);
        float[] centroid = NestedVectors.unit(random(), 1, dims)[0];
        PrefixQuantizer quantizer = new PrefixQuantizer(bits, similarity, centroid);
        CodeBlock block = new CodeBlock(quantizer, 60);
        block.add(prefixes[3]);
        block.clear(); // begins anew
        try (Directory directory =
            random().nextBoolean() ? newDirectory() : new MMapDirectory(createTempDir())) {
          try (IndexOutput out = directory.createOutput("codes", IOContext.DEFAULT)) {
            PrefixCodesWriter writer = new PrefixCodesWriter(quantizer, out);
            for (float[] prefix : prefixes) {
              writer.add(prefix);
              block.add(prefix);
            }
          }
          try (IndexInput in = directory.openInput("codes", IOContext.DEFAULT)) {
            CodeRows rows = CodeRows.in(quantizer, in).get();
            QuantizedPrefix query =
                quantizer.quantizeQuery(NestedVectors.unit(random(), 1, dims)[0]);
            rows.setQuery(query);
            float[] scores = new float[60];
            block.score(query, scores);
            for (int ord = 0; ord < prefixes.length; ord++) {
              assertEquals(rows.score(ord), scores[ord], 0);
            }
            assertEquals("no more than there are", 0, scores[prefixes.length], 0);
          }
        }
      }
    }
  }
}
