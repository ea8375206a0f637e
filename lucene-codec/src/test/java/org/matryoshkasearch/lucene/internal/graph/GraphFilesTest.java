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

import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.hnsw.HnswGraph;
import org.matryoshkasearch.lucene.SegmentFiles;
import org.matryoshkasearch.lucene.codec.NestedVectors;

/** What is read of graphs is what was written of them. */
public class GraphFilesTest extends LuceneTestCase {
  private static final int MAX_CONN = 4;

  private static BuiltGraph build(int size) throws IOException {
    Scratch files =
        new Scratch(new ByteBuffersDirectory(), "_0", IOContext.DEFAULT, IOContext.DEFAULT);
    MergedVectors vectors = new MergedVectors(files, new float[8]);
    for (float[] vector : NestedVectors.unit(random(), size, 8)) {
      vectors.add(vector);
    }
    return new GraphBuilder(
            MAX_CONN, 50, new Workers(null, 1, () -> {}), BuildMemory.OF_HEAP, files)
        .build(vectors.finish(Nearness.DISTANCE), Nearness.DISTANCE);
  }

  public void testReadsWhatWasWritten() throws IOException {
    BuiltGraph[] graphs = {build(1), build(2000), null, build(70)};
    int[] sizes = {1, 2000, 5, 70};
    FieldInfo[] fields = new FieldInfo[graphs.length];
    Arrays.setAll(
        fields, number -> SegmentFiles.field(number, 8, VectorSimilarityFunction.EUCLIDEAN));
    try (Directory directory = newDirectory()) {
      SegmentFiles files = new SegmentFiles(directory, 2000, fields);
      try (GraphOutput out = new GraphOutput(files.writing(), MAX_CONN)) {
        for (int i = 0; i < graphs.length; i++) {
          out.write(fields[i], sizes[i], graphs[i]);
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
            graphs[i].close();
          }
        }
        in.checkIntegrity();
        expectThrows(IllegalArgumentException.class, () -> in.size("other"));
      }
    }
  }

  private static void assertSame(BuiltGraph built, StoredGraph graph) throws IOException {
    HnswGraph stored = new LuceneGraph(graph);
    assertEquals(built.levels(), stored.numLevels());
    assertEquals(built.nodes(0).length, stored.size());
    assertEquals(built.nodes(built.levels() - 1)[0], stored.entryNode());
    int[] list = new int[2 * MAX_CONN];
    for (int level = 0; level < built.levels(); level++) {
      HnswGraph.NodesIterator nodes = stored.getNodesOnLevel(level);
      assertEquals(built.nodes(level).length, nodes.size());
      for (int place = 0; place < built.nodes(level).length; place++) {
        int node = built.nodes(level)[place];
        assertEquals(node, nodes.nextInt());
        int count = built.links(level, place, list);
        stored.seek(level, node);
        assertEquals(count, stored.neighborCount());
        for (int i = 0; i < count; i++) {
          assertEquals(list[i], stored.nextNeighbor());
        }
        assertEquals(DocIdSetIterator.NO_MORE_DOCS, stored.nextNeighbor());
      }
    }
  }
}
