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
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnByteVectorField;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LogDocMergePolicy;
import org.apache.lucene.index.MergePolicy;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.OneMergeWrappingMergePolicy;
import org.apache.lucene.index.SegmentInfo;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnByteVectorQuery;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FilterDirectory;
import org.apache.lucene.store.FilterIndexOutput;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.InfoStream;
import org.apache.lucene.util.NamedThreadFactory;
import org.matryoshkasearch.lucene.search.MatryoshkaKnnQuery;

/** What a merge needs for the graph, and what is left of it. */
public class MergedGraphTest extends LuceneTestCase {
  private static final int DOCS = 3000;
  private static final int DIMS = 32;

  private static MatryoshkaHnswVectorsFormat format(int workers, ExecutorService threads) {
    return new MatryoshkaHnswVectorsFormat(
        16, PrefixEncoding.INT4, FullVectorEncoding.FLOAT32, 16, 100, workers, threads);
  }

  private static IndexWriterConfig config(MatryoshkaHnswVectorsFormat format) {
    return new IndexWriterConfig()
        .setCodec(new MatryoshkaCodec(format))
        .setMergeScheduler(new SerialMergeScheduler())
        .setMergePolicy(NoMergePolicy.INSTANCE);
  }

  private static float[][] write(Directory directory) throws IOException {
    float[][] vectors = NestedVectors.unit(random(), DOCS, DIMS);
    try (IndexWriter writer = new IndexWriter(directory, config(format(1, null)))) {
      for (int i = 0; i < DOCS; i++) {
        Document document = new Document();
        document.add(
            new KnnFloatVectorField("floats", vectors[i], VectorSimilarityFunction.COSINE));
        byte[] bytes = NestedVectors.bytes(vectors[i]);
        document.add(new KnnByteVectorField("bytes", bytes, VectorSimilarityFunction.COSINE));
        writer.addDocument(document);
        if (i % 1000 == 999) {
          writer.commit();
        }
      }
    }
    return vectors;
  }

  private static int temporaryFiles(Directory directory) throws IOException {
    int count = 0;
    for (String file : directory.listAll()) {
      count += file.endsWith(".tmp") ? 1 : 0;
    }
    return count;
  }

  private static void merge(Directory directory, MatryoshkaHnswVectorsFormat format)
      throws IOException {
    IndexWriterConfig config = config(format).setMergePolicy(new LogDocMergePolicy());
    try (IndexWriter writer = new IndexWriter(directory, config)) {
      writer.forceMerge(1);
    }
  }

  public void testThreadsAndTemporaryFiles() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(3, new NamedThreadFactory("merge"));
    try (Directory files = newDirectory()) {
      float[][] vectors = write(files);
      List<String> temporary = new ArrayList<>();
      Directory directory =
          new FilterDirectory(files) {
            @Override
            public IndexOutput createTempOutput(String prefix, String suffix, IOContext context)
                throws IOException {
              IndexOutput out = super.createTempOutput(prefix, suffix, context);
              if (suffix.equals("vectors")) {
                temporary.add(out.getName());
              }
              return out;
            }
          };
      merge(directory, format(4, threads));
      assertEquals("one a field", 2, temporary.size());
      assertEquals(0, temporaryFiles(files));
      try (DirectoryReader reader = DirectoryReader.open(files)) {
        getOnlyLeafReader(reader);
        IndexSearcher searcher = new IndexSearcher(reader);
        for (int i = 0; i < 20; i++) {
          byte[] bytes = NestedVectors.bytes(vectors[i]);
          ScoreDoc[] hits = searcher.search(new KnnByteVectorQuery("bytes", bytes, 5), 1).scoreDocs;
          assertEquals(i, hits[0].doc);
          hits =
              searcher.search(
                      MatryoshkaKnnQuery.builder("floats", vectors[i], 1).candidates(50).build(), 1)
                  .scoreDocs;
          assertEquals(i, hits[0].doc);
        }
      }
    } finally {
      threads.shutdown();
      assertTrue(threads.awaitTermination(1, TimeUnit.MINUTES));
    }
  }

  /** A merge of what was merged is the same, byte for byte, with however many threads. */
  public void testMergedAgain() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(3, new NamedThreadFactory("merge"));
    try (Directory files = newDirectory();
        Directory again = newDirectory()) {
      write(files);
      merge(files, format(1, null));
      try (DirectoryReader reader = DirectoryReader.open(files);
          IndexWriter writer = new IndexWriter(again, config(format(4, threads)))) {
        TestUtil.addIndexesSlowly(writer, reader);
      }
      for (String extension : List.of("vex", "veq", "dvd", "vem")) {
        assertArrayEquals(extension, contents(files, extension), contents(again, extension));
      }
    } finally {
      threads.shutdown();
      assertTrue(threads.awaitTermination(1, TimeUnit.MINUTES));
    }
  }

  /** A file of the only segment, but for the segment's id and the checksum over it. */
  private static byte[] contents(Directory directory, String extension) throws IOException {
    SegmentInfo segment = SegmentInfos.readLatestCommit(directory).info(0).info;
    String file =
        segment.files().stream().filter(name -> name.endsWith("." + extension)).findAny().get();
    try (IndexInput in = directory.openInput(file, IOContext.READONCE)) {
      byte[] bytes = new byte[(int) in.length() - Long.BYTES];
      in.readBytes(bytes, 0, bytes.length);
      byte[] id = segment.getId();
      int at = 0;
      while (Arrays.equals(bytes, at, at + id.length, id, 0, id.length) == false) {
        at++;
      }
      Arrays.fill(bytes, at, at + id.length, (byte) 0);
      return bytes;
    }
  }

  public void testFailureLeavesNothing() throws IOException {
    try (Directory files = newDirectory()) {
      write(files);
      Directory directory =
          new FilterDirectory(files) {
            @Override
            public IndexInput openInput(String name, IOContext context) throws IOException {
              if (name.endsWith(".tmp")) {
                throw new IOException("cannot be read");
              }
              return super.openInput(name, context);
            }
          };
      IOException e = expectThrows(IOException.class, () -> merge(directory, format(1, null)));
      assertTrue(e.toString(), e.getMessage().contains("cannot be read") || e.getCause() != null);
      assertEquals(0, temporaryFiles(files));
      assertMerged(files);
    }
  }

  /** A merge that nobody wants any more writes no more vectors. */
  public void testAbortedWhileVectorsAreWritten() throws Exception {
    List<MergePolicy.OneMerge> merges = new ArrayList<>();
    long[] rows = {0};
    try (Directory files = newDirectory()) {
      write(files);
      Directory aborting =
          new FilterDirectory(files) {
            @Override
            public IndexOutput createTempOutput(String prefix, String suffix, IOContext context)
                throws IOException {
              IndexOutput out = super.createTempOutput(prefix, suffix, context);
              if (!suffix.equals("vectors")) {
                return out;
              }
              return new FilterIndexOutput("aborting", out.getName(), out) {
                @Override
                public void writeBytes(byte[] bytes, int offset, int length) throws IOException {
                  super.writeBytes(bytes, offset, length);
                  if (++rows[0] == 100) {
                    merges.forEach(MergePolicy.OneMerge::setAborted);
                  }
                }
              };
            }
          };
      IndexWriterConfig config = config(format(1, null)).setMergePolicy(remembering(merges));
      try (IndexWriter writer = new IndexWriter(aborting, config)) {
        expectThrows(IOException.class, () -> writer.forceMerge(1));
      }
      assertEquals(100, rows[0]);
      assertEquals(0, temporaryFiles(files));
      assertMerged(files);
    }
  }

  /** Nothing more is learnt of a segment that nobody wants any more. */
  public void testAbortedWhileRecallIsLearnt() throws Exception {
    try (Directory files = newDirectory()) {
      write(files);
      List<MergePolicy.OneMerge> merges = new ArrayList<>();
      List<String> messages = new ArrayList<>();
      InfoStream abort =
          new InfoStream() {
            @Override
            public void message(String component, String message) {
              messages.add(message);
              if (message.startsWith("field=floats graph over")) {
                merges.forEach(MergePolicy.OneMerge::setAborted);
              }
            }

            @Override
            public boolean isEnabled(String component) {
              return component.equals("MATRYOSHKA");
            }

            @Override
            public void close() {}
          };
      IndexWriterConfig config = config(format(1, null)).setMergePolicy(remembering(merges));
      try (IndexWriter writer = new IndexWriter(files, config.setInfoStream(abort))) {
        expectThrows(IOException.class, () -> writer.forceMerge(1));
      }
      assertTrue(messages.stream().anyMatch(text -> text.startsWith("field=floats graph over")));
      assertFalse(messages.toString(), messages.stream().anyMatch(text -> text.contains("learnt")));
      assertMerged(files);
    }
  }

  private static MergePolicy remembering(List<MergePolicy.OneMerge> merges) {
    return new OneMergeWrappingMergePolicy(
        new LogDocMergePolicy(),
        merge -> {
          merges.add(merge);
          return merge;
        });
  }

  /** Nothing is lost. */
  private static void assertMerged(Directory files) throws IOException {
    merge(files, format(1, null));
    try (DirectoryReader reader = DirectoryReader.open(files)) {
      assertEquals(DOCS, getOnlyLeafReader(reader).numDocs());
    }
  }
}
