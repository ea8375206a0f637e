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
import java.util.List;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnByteVectorField;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.store.Directory;

/** What the query refuses, and what it says then. */
public class WrongQueriesTest extends KnnTestCase {

  private static MatryoshkaKnnQuery.Builder builder(int k) {
    return MatryoshkaKnnQuery.builder("f", new float[] {1, 2, 3}, k);
  }

  private static void assertRefused(String message, ThrowingRunnable what) {
    assertEquals(message, expectThrows(IllegalArgumentException.class, what).getMessage());
  }

  private static void assertFunnelRefused(String message, FunnelStage... stages) {
    assertRefused(message, builder(3).candidates(40).funnel(List.of(stages))::build);
  }

  public void testWrongInputs() {
    assertRefused("[k] for field [f] must be at least 1, got [0]", () -> builder(0));
    assertRefused(
        "the target for field [f] must have dimensions",
        () -> MatryoshkaKnnQuery.builder("f", new float[0], 1));
    assertRefused(
        "the target for field [f] must have finite components, [1] is [NaN]",
        () -> MatryoshkaKnnQuery.builder("f", new float[] {1, Float.NaN}, 1));
    assertRefused(
        "[candidates] for field [f] must be at least [k] = [10], got [9]",
        builder(10).candidates(9)::build);
    assertRefused(
        "[minScore] for field [f] must be a number, got [NaN]",
        builder(10).minScore(Float.NaN)::build);
    expectThrows(
        NullPointerException.class, () -> MatryoshkaKnnQuery.builder(null, new float[] {1}, 1));
    expectThrows(NullPointerException.class, () -> MatryoshkaKnnQuery.builder("f", null, 1));
  }

  public void testWrongFunnels() {
    assertFunnelRefused(
        "[funnel] stage for field [f]: dims [3] must be fewer than the [3] of the query vector",
        new FunnelStage(3, 20));
    assertFunnelRefused(
        "[funnel] stage for field [f]: dims [2] must be more than [2], those of the stage before it",
        new FunnelStage(2, 20),
        new FunnelStage(2, 10));
    assertFunnelRefused(
        "[funnel] stage for field [f]: keep [40] must be fewer than the [40] candidates before it",
        new FunnelStage(1, 40));
    assertFunnelRefused(
        "[funnel] stage for field [f]: keep [20] must be fewer than the [20] candidates before it",
        new FunnelStage(1, 20),
        new FunnelStage(2, 20));
    assertFunnelRefused(
        "[funnel] stage for field [f]: keep [2] must be at least [3], [k]", new FunnelStage(1, 2));
    assertRefused(
        "[dims] of a funnel stage must be at least 1, got [0]", () -> new FunnelStage(0, 1));
    assertRefused(
        "[keep] of a funnel stage must be at least 1, got [0]", () -> new FunnelStage(1, 0));
  }

  public void testTargetsThatDoNotFitTheField() throws IOException {
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, config(randomMatryoshka()))) {
        Document document = new Document();
        document.add(
            new KnnFloatVectorField("f", new float[DIMS], VectorSimilarityFunction.EUCLIDEAN));
        float[] one = new float[DIMS];
        one[3] = 1;
        document.add(new KnnFloatVectorField("cosine", one, VectorSimilarityFunction.COSINE));
        document.add(new KnnByteVectorField("bytes", new byte[] {1, 2}));
        writer.addDocument(document);
      }
      try (IndexReader reader = DirectoryReader.open(directory)) {
        IndexSearcher searcher = newSearcher(reader);
        assertRefused(
            "the target for field [f] must have at most [32] dimensions, has [33]",
            () -> searcher.count(MatryoshkaKnnQuery.builder("f", new float[33], 1).build()));
        assertRefused(
            "the target for field [f] must have at least the [8] dimensions of the prefix, has [7]",
            () -> searcher.count(MatryoshkaKnnQuery.builder("f", new float[7], 1).build()));
        assertRefused(
            "the target for field [cosine] is all zeros, which have no cosine",
            () -> searcher.count(MatryoshkaKnnQuery.builder("cosine", new float[9], 1).build()));
        assertRefused(
            "field [bytes] must have float vectors, has BYTE",
            () -> searcher.count(MatryoshkaKnnQuery.builder("bytes", new float[2], 1).build()));
      }
    }
  }
}
