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
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.matryoshkasearch.lucene.codec.NestedVectors;

/** That what takes long can be ended, wherever it is. */
public class AnalysisCancelTest extends LuceneTestCase {
  /** Many queries of few documents can be ended, too: what they take is in no block of those. */
  public void testCancelWithFewDocuments() throws IOException {
    VectorSet documents = VectorSet.of(NestedVectors.unit(random(), 300, 8));
    int[] chosen = IntStream.range(0, 300).toArray();
    int[] reports = new int[1];
    PrefixAnalysis analysis =
        PrefixAnalysis.builder(documents, VectorSimilarityFunction.COSINE)
            .queryDocuments(chosen)
            .progress(share -> reports[0]++)
            .build();
    int[][] neighbors = analysis.neighbors();
    assertTrue("each query, but reports were " + reports[0], reports[0] > chosen.length);
    List<Double> shares = new ArrayList<>();
    PrefixAnalysis rest =
        PrefixAnalysis.builder(documents, VectorSimilarityFunction.COSINE)
            .queryDocuments(chosen)
            .prefixDims(8)
            .progress(shares::add)
            .build();
    rest.run(neighbors);
    // a prefix and two blocks of true neighbours while nothing is done
    long same =
        IntStream.range(1, shares.size())
            .filter(i -> shares.get(i).equals(shares.get(i - 1)) && shares.get(i) < 1)
            .count();
    assertTrue("before documents are counted, but " + shares, same >= 3);
  }
}
