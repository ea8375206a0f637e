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
package org.matryoshkasearch.lucene.internal.graph;

import com.carrotsearch.randomizedtesting.generators.RandomPicks;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.search.TopKnnCollector;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.FixedBitSet;
import org.apache.lucene.util.VectorUtil;
import org.apache.lucene.util.hnsw.RandomVectorScorer;
import org.matryoshkasearch.lucene.SegmentFiles;
import org.matryoshkasearch.lucene.codec.NestedVectors;
import org.matryoshkasearch.lucene.internal.codes.PrefixQuery;

/** What is read of graphs is what was written of them. */
public class GraphFilesTest extends LuceneTestCase {
  private static final int MAX_CONN = 4;

  private static BuiltGraph build(int size, VectorSimilarityFunction similarity)
      throws IOException {
    Scratch files =
        new Scratch(new ByteBuffersDirectory(), "_0", IOContext.DEFAULT, IOContext.DEFAULT);
    Nearness kind = Nearness.of(SegmentFiles.field(0, 8, similarity));
    MergedVectors vectors = MergedVectors.ofFloats(files, new float[8], kind);
    for (float[] vector : NestedVectors.unit(random(), size, 8)) {
      vectors.add(vector);
    }
    vectors.finish();
    return new GraphBuilder(
            MAX_CONN, 50, new Workers(null, 1, () -> {}), BuildMemory.OF_HEAP, files)
        .build(vectors, kind);
  }

  public void testReadsWhatWasWritten() throws IOException {
    boolean pivotCodes = random().nextBoolean();
    VectorSimilarityFunction similarity =
        RandomPicks.randomFrom(
            random(),
            List.of(
                VectorSimilarityFunction.EUCLIDEAN,
                VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT));
    // by inner product, vectors of one length are found by queries of any other
    float length = similarity == VectorSimilarityFunction.EUCLIDEAN ? 1 : 1e-3f;
    BuiltGraph[] graphs = {
      build(1, similarity), build(2000, similarity), null, build(70, similarity)
    };
    int[] sizes = {1, 2000, 5, 70};
    FieldInfo[] fields = new FieldInfo[graphs.length];
    Arrays.setAll(fields, number -> SegmentFiles.field(number, 8, similarity));
    try (Directory directory = newDirectory()) {
      SegmentFiles files = new SegmentFiles(directory, 2000, fields);
      try (GraphOutput out = new GraphOutput(files.writing(), MAX_CONN)) {
        for (int i = 0; i < graphs.length; i++) {
          out.write(fields[i], sizes[i], graphs[i], new float[8], pivotCodes);
        }
        out.finish();
      }
      try (GraphInput in = new GraphInput(files.reading())) {
        for (int i = 0; i < graphs.length; i++) {
          assertEquals(sizes[i], in.size(fields[i].name));
          if (graphs[i] == null) {
            assertNull(in.graph(fields[i].name));
            assertEquals(0, in.byteSize(fields[i].name));
          } else {
            assertSame(graphs[i], in.graph(fields[i].name));
            float excess = 0;
            for (float[] target : NestedVectors.unit(random(), 50, 8)) {
              excess += excess(graphs[i], in, fields[i].name, target, length);
            }
            // unit vectors; codes of few dimensions are rough, and not all groups are looked at
            assertTrue(String.valueOf(excess), excess / 50 < 0.1f);
            graphs[i].close();
          }
        }
        in.checkIntegrity();
        expectThrows(IllegalArgumentException.class, () -> in.size("other"));
      }
    }
  }

  private static void assertSame(BuiltGraph built, StoredGraph stored) throws IOException {
    assertEquals(built.size(), stored.size());
    int[] list = new int[2 * MAX_CONN];
    for (int ord = 0; ord < built.size(); ord++) {
      int count = built.links(ord, list);
      stored.load(new int[] {ord}, 1);
      assertEquals(count, stored.read(0));
      for (int i = 0; i < count; i++) {
        assertEquals(list[i], stored.links()[i]);
      }
    }
  }

  /** By how much the square of the first entry's distance is larger than that of the nearest. */
  private static float excess(
      BuiltGraph built, GraphInput in, String field, float[] target, float length)
      throws IOException {
    KnnCollector visits = new TopKnnCollector(1, Integer.MAX_VALUE);
    float[] scaled = new float[target.length];
    for (int i = 0; i < target.length; i++) {
      scaled[i] = length * target[i];
    }
    PrefixQuery query = new PrefixQuery(scaled, null);
    int[] entries = in.wayIn(field, query, scorer(built, target)).entries(visits, null);
    float[] vector = new float[target.length];
    float nearest = Float.POSITIVE_INFINITY;
    FixedBitSet pivots = new FixedBitSet(built.size());
    int rows = built.means().size();
    for (int group = 0; group < built.means().size(); group++) {
      rows += built.pivots(group).length;
      for (int ord : built.pivots(group)) {
        built.vectors().read(ord, vector, 0);
        nearest = Math.min(nearest, VectorUtil.squareDistance(vector, target));
        assertFalse("in one group", pivots.getAndSet(ord));
      }
    }
    assertTrue(visits.visitedCount() <= rows);
    assertEquals(built.pivots(0)[0], entries[entries.length - 1]);
    for (int entry : entries) {
      assertTrue(pivots.get(entry));
    }
    built.vectors().read(entries[0], vector, 0);
    return VectorUtil.squareDistance(vector, target) - nearest;
  }

  private static RandomVectorScorer scorer(BuiltGraph built, float[] target) {
    float[] vector = new float[target.length];
    return new RandomVectorScorer() {
      @Override
      public float score(int node) throws IOException {
        built.vectors().read(node, vector, 0);
        return VectorSimilarityFunction.EUCLIDEAN.compare(vector, target);
      }

      @Override
      public int maxOrd() {
        return built.size();
      }

      @Override
      public int ordToDoc(int ord) {
        return ord;
      }

      @Override
      public Bits getAcceptOrds(Bits acceptDocs) {
        return acceptDocs;
      }
    };
  }
}
