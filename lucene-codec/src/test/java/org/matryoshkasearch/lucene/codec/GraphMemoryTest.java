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

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnByteVectorField;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.LogDocMergePolicy;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.matryoshkasearch.lucene.internal.graph.BuildMemory;
import org.matryoshkasearch.lucene.internal.graph.GraphBuilder;
import org.matryoshkasearch.lucene.internal.graph.StoredGraph;
import org.matryoshkasearch.lucene.search.MatryoshkaKnnQuery;

/** What is written when there is little memory for graphs, or none. */
public class GraphMemoryTest extends LuceneTestCase {
  private static final int DOCS = 3000;
  private static final int DIMS = 24;

  private static IndexWriterConfig config(BuildMemory memory) {
    MatryoshkaHnswVectorsFormat format =
        new MatryoshkaHnswVectorsFormat(
            16, PrefixEncoding.INT4, FullVectorEncoding.FLOAT32, 16, 100, 1, null, memory);
    return new IndexWriterConfig()
        .setCodec(new MatryoshkaCodec(format))
        .setMergeScheduler(new SerialMergeScheduler())
        .setMergePolicy(new LogDocMergePolicy()); // keeps the order
  }

  private static Document document(float[] vector) {
    Document document = new Document();
    document.add(new KnnFloatVectorField("floats", vector, VectorSimilarityFunction.COSINE));
    byte[] bytes = NestedVectors.bytes(vector);
    document.add(new KnnByteVectorField("bytes", bytes, VectorSimilarityFunction.COSINE));
    return document;
  }

  /** In two segments. */
  private static float[][] write(Directory directory, BuildMemory memory) throws IOException {
    float[][] vectors = NestedVectors.unit(random(), DOCS, DIMS);
    IndexWriterConfig config = config(memory).setMergePolicy(NoMergePolicy.INSTANCE);
    try (IndexWriter writer = new IndexWriter(directory, config)) {
      for (int i = 0; i < DOCS; i++) {
        writer.addDocument(document(vectors[i]));
        if (i == DOCS / 3) {
          writer.commit();
        }
      }
    }
    return vectors;
  }

  private static void merge(Directory directory, BuildMemory memory) throws IOException {
    try (IndexWriter writer = new IndexWriter(directory, config(memory))) {
      writer.forceMerge(1);
    }
  }

  /** How many vectors are in the graph of each segment. */
  private static List<Integer> graphs(DirectoryReader reader, String field) throws IOException {
    List<Integer> sizes = new ArrayList<>();
    for (LeafReaderContext leaf : reader.leaves()) {
      KnnVectorsReader vectors = ((CodecReader) leaf.reader()).getVectorReader();
      KnnVectorsReader ofField =
          ((PerFieldKnnVectorsFormat.FieldsReader) vectors).getFieldReader(field);
      StoredGraph graph = ((MatryoshkaHnswVectorsReader) ofField).graph(field);
      sizes.add(graph == null ? 0 : graph.size());
    }
    return sizes;
  }

  public void testNoGraphForNow() throws IOException {
    BuildMemory none = new BuildMemory(0);
    try (Directory directory = newDirectory()) {
      float[][] vectors = write(directory, none);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        assertEquals(List.of(0, 0), graphs(reader, "floats"));
        assertEquals(List.of(0, 0), graphs(reader, "bytes"));
        assertFindsAll(reader, vectors);
      }
      merge(directory, none);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        assertEquals(List.of(0), graphs(reader, "floats"));
        assertWithoutGraphs(reader, true);
        assertFindsAll(reader, vectors);
      }
      try (IndexWriter writer = new IndexWriter(directory, config(BuildMemory.OF_HEAP))) {
        writer.addDocument(document(vectors[0])); // there is no merge of one segment
        writer.commit();
        writer.forceMerge(1);
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        assertEquals(List.of(DOCS + 1), graphs(reader, "floats"));
        assertEquals(List.of(DOCS + 1), graphs(reader, "bytes"));
        assertWithoutGraphs(reader, false);
      }
    }
  }

  private static void assertWithoutGraphs(DirectoryReader reader, boolean expected) {
    FieldInfos fields = getOnlyLeafReader(reader).getFieldInfos();
    for (String field : List.of("floats", "bytes")) {
      assertEquals(
          field, expected, MatryoshkaHnswVectorsFormat.lacksGraph(fields.fieldInfo(field), DOCS));
      assertFalse(
          "never", MatryoshkaHnswVectorsFormat.lacksGraph(fields.fieldInfo(field), 1 << 30));
    }
  }

  private static void assertFindsAll(DirectoryReader reader, float[][] vectors) throws IOException {
    IndexSearcher searcher = new IndexSearcher(reader);
    for (int i = 0; i < 20; i++) {
      int of = random().nextInt(DOCS);
      MatryoshkaKnnQuery query =
          MatryoshkaKnnQuery.builder("floats", vectors[of], 1).candidates(300).build();
      assertEquals(of, searcher.search(query, 1).scoreDocs[0].doc);
      KnnFloatVectorQuery all = new KnnFloatVectorQuery("floats", vectors[of], DOCS);
      assertEquals(DOCS, searcher.count(all));
    }
  }

  public void testMemoryIsFreeAfterwards() throws IOException {
    BuildMemory memory = new BuildMemory(20 << 20);
    try (Directory directory = newDirectory()) {
      write(directory, memory);
      assertEquals(20 << 20, memory.free());
      merge(directory, memory);
      assertEquals(20 << 20, memory.free());
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        assertEquals(List.of(DOCS), graphs(reader, "floats"));
        assertEquals(List.of(DOCS), graphs(reader, "bytes"));
      }
    }
  }

  /** So that an index writer flushes in time. */
  public void testWaitingVectorsCountWhatTheirFlushNeeds() throws IOException {
    try (Directory directory = newDirectory();
        IndexWriter writer = new IndexWriter(directory, config(BuildMemory.OF_HEAP))) {
      long before = writer.ramBytesUsed();
      for (float[] vector : NestedVectors.unit(random(), 1000, DIMS)) {
        writer.addDocument(document(vector));
      }
      long graphs = 2 * GraphBuilder.bytesAVector(1000);
      long vectors = DIMS * Float.BYTES + 16 + DIMS;
      assertTrue((writer.ramBytesUsed() - before) / 1000 > graphs + vectors);
    }
  }
}
