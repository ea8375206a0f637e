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
package org.matryoshkasearch.lucene.search;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.FieldDoc;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.Sort;
import org.apache.lucene.store.Directory;

/** Ranks all documents by full vector, without a graph. */
public class FullVectorScoresTest extends KnnTestCase {
  private static final int ROWS = 200;

  public void testScoresAreThoseOfHits() throws IOException {
    VectorSimilarityFunction similarity = randomSimilarity();
    Supplier<float[]> vectors = anyVectors(similarity);
    List<Row> rows = rows(ROWS, vectors);
    rows.add(new Row(ROWS, null, "a"));
    float[] whole = vectors.get();
    try (Directory directory = newDirectory()) {
      write(directory, randomCodec(), rows, similarity);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        IndexSearcher searcher = newSearcher(reader);
        for (int dims : new int[] {DIMS, PREFIX_DIMS + 3}) {
          float[] target = Arrays.copyOf(whole, dims);
          assertHits(
              exact(rows, row -> true, similarity, target, 20), ranked(searcher, target, 20));
        }
      }
    }
  }

  private static List<Hit> ranked(IndexSearcher searcher, float[] target, int count)
      throws IOException {
    Sort best = new Sort(new FullVectorScores(FIELD, target).getSortField(true));
    List<Hit> hits = new ArrayList<>();
    for (ScoreDoc doc : searcher.search(MatchAllDocsQuery.INSTANCE, count, best).scoreDocs) {
      int id = searcher.storedFields().document(doc.doc).getField("id").numericValue().intValue();
      hits.add(new Hit(id, ((Double) ((FieldDoc) doc).fields[0]).floatValue()));
    }
    return hits;
  }

  public void testEquality() {
    float[] target = {1, 2};
    FullVectorScores scores = new FullVectorScores("f", target);
    target[0] = 7;
    assertEquals(new FullVectorScores("f", new float[] {1, 2}), scores);
    assertEquals(new FullVectorScores("f", new float[] {1, 2}).hashCode(), scores.hashCode());
    assertNotEquals(new FullVectorScores("g", new float[] {1, 2}), scores);
    assertNotEquals(new FullVectorScores("f", target), scores);
    assertEquals("FullVectorScores(f: 2 dims)", scores.toString());
  }
}
