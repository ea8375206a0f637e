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

import com.carrotsearch.randomizedtesting.annotations.TimeoutSuite;
import com.carrotsearch.randomizedtesting.generators.RandomPicks;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.KnnVectorValues.DocIndexIterator;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.LogDocMergePolicy;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.store.MockDirectoryWrapper;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.Bits;
import org.matryoshkasearch.lucene.internal.graph.BuildMemory;
import org.matryoshkasearch.lucene.search.MatryoshkaKnnQuery;
import org.matryoshkasearch.lucene.soak.Soak;

/**
 * A disk that is full, that fails, or that loses what was not synced, at any write of a flush, a
 * merge or a commit: the last commit can be read, bit for bit, and searched, no file stays open or
 * behind, and the index goes on when there is room again.
 */
@TimeoutSuite(millis = Integer.MAX_VALUE) // the long form
public class FailingDiskTest extends LuceneTestCase {
  private static final int DIMS = 16;
  private static final int BATCH = 1100; // enough for a graph

  private final Map<String, float[]> committed = new HashMap<>();
  private final Map<String, float[]> committing = new HashMap<>();

  /** Of a field all is ours, of the other nothing. */
  private static IndexWriterConfig config() {
    PrefixEncoding encoding = RandomPicks.randomFrom(random(), PrefixEncoding.values());
    MatryoshkaHnswVectorsFormat format =
        new MatryoshkaHnswVectorsFormat(8, encoding, FullVectorEncoding.FLOAT32, 8, 40, 1, null);
    KnnVectorsFormat lucenes = new Lucene99HnswVectorsFormat();
    LogDocMergePolicy merges = new LogDocMergePolicy();
    merges.setMergeFactor(2);
    return new IndexWriterConfig()
        .setCodec(
            new MatryoshkaCodec(
                TestUtil.getDefaultCodec(), field -> field.equals("v") ? format : lucenes))
        .setMergeScheduler(new SerialMergeScheduler())
        .setMergePolicy(merges);
  }

  /** Writes, deletes, merges and commits once; what the commit has is then what must be there. */
  private void change(Directory directory) throws IOException {
    Map<String, float[]> after = new HashMap<>(committed);
    IndexWriter writer = new IndexWriter(directory, config());
    try {
      float[][] vectors = NestedVectors.unit(random(), BATCH, DIMS);
      for (int i = 0; i < BATCH; i++) {
        String id = Integer.toString(random().nextInt(3 * BATCH));
        Document document = new Document();
        document.add(new StringField("id", id, Field.Store.YES));
        document.add(new KnnFloatVectorField("v", vectors[i], VectorSimilarityFunction.EUCLIDEAN));
        document.add(new KnnFloatVectorField("other", vectors[i]));
        writer.updateDocument(new Term("id", id), document);
        after.put(id, vectors[i]);
        String gone = Integer.toString(random().nextInt(3 * BATCH));
        if (random().nextInt(10) == 0) {
          writer.deleteDocuments(new Term("id", gone));
          after.remove(gone);
        }
      }
      writer.flush();
      writer.forceMerge(1);
      committing.clear();
      committing.putAll(after);
      writer.commit();
      committed.clear();
      committed.putAll(after);
    } catch (Throwable t) {
      rollback(writer, t);
      throw t;
    }
    writer.rollback();
  }

  /**
   * Lucene counts a merge as begun before it asks for the sizes of its segments: where the disk
   * does not say them, it asserts in the end that there is no such merge.
   */
  private static void rollback(IndexWriter writer, Throwable failure) throws IOException {
    try {
      writer.rollback();
    } catch (AssertionError e) {
      boolean asMergeBegan =
          Arrays.stream(failure.getStackTrace())
              .anyMatch(frame -> frame.getMethodName().equals("addEstimatedBytesToMerge"));
      if (asMergeBegan == false || e.getMessage().startsWith("we aborted all merges") == false) {
        throw e;
      }
    }
  }

  private void assertCommitted(Directory directory) throws IOException {
    TestUtil.checkIndex(directory);
    for (String file : directory.listAll()) {
      assertFalse(file, file.endsWith(".tmp"));
    }
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      Map<String, float[]> found = vectors(reader);
      assertEquals(committed.keySet(), found.keySet());
      found.forEach((id, vector) -> assertArrayEquals(id, committed.get(id), vector, 0));
      assertEquals(committed.size(), reader.numDocs());
      assertFindsTheNearest(committed.values(), reader);
    }
  }

  private static Map<String, float[]> vectors(DirectoryReader reader) throws IOException {
    Map<String, float[]> vectors = new HashMap<>();
    StoredFields stored = reader.storedFields();
    for (LeafReaderContext leaf : reader.leaves()) {
      Bits live = leaf.reader().getLiveDocs();
      FloatVectorValues values = leaf.reader().getFloatVectorValues("v");
      DocIndexIterator docs = values.iterator();
      while (docs.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
        if (live == null || live.get(docs.docID())) {
          String id = stored.document(leaf.docBase + docs.docID()).get("id");
          vectors.put(id, values.vectorValue(docs.index()).clone());
        }
      }
    }
    return vectors;
  }

  private static void assertFindsTheNearest(Collection<float[]> among, DirectoryReader reader)
      throws IOException {
    float[] target = NestedVectors.unit(random(), 1, DIMS)[0];
    float best = Float.NEGATIVE_INFINITY;
    for (float[] vector : among) {
      best = Math.max(best, VectorSimilarityFunction.EUCLIDEAN.compare(target, vector));
    }
    Query query = MatryoshkaKnnQuery.builder("v", target, 1).candidates(reader.maxDoc()).build();
    assertEquals(best, new IndexSearcher(reader).search(query, 1).scoreDocs[0].score, 1e-5);
  }

  public void testErrorsAtRandomWrites() throws Exception {
    long freeBefore = BuildMemory.OF_HEAP.free();
    AtomicInteger failed = new AtomicInteger();
    // when it is closed, it fails if a file is still open
    try (MockDirectoryWrapper directory =
        new MockDirectoryWrapper(random(), new ByteBuffersDirectory())) {
      change(directory);
      Soak.repeat(
          25,
          () -> {
            directory.setRandomIOExceptionRate(random().nextDouble() / 10);
            directory.setRandomIOExceptionRateOnOpen(random().nextInt(3) == 0 ? 0.02 : 0);
            failed.addAndGet(fails(directory) ? 1 : 0);
            directory.setRandomIOExceptionRate(0);
            directory.setRandomIOExceptionRateOnOpen(0);
            assertCommitted(directory);
          });
      change(directory);
      assertCommitted(directory);
    }
    assertTrue("some fail", failed.get() > 0);
    assertEquals(freeBefore, BuildMemory.OF_HEAP.free());
  }

  public void testFullDisk() throws Exception {
    AtomicInteger failed = new AtomicInteger();
    try (MockDirectoryWrapper directory =
        new MockDirectoryWrapper(random(), new ByteBuffersDirectory())) {
      change(directory);
      Soak.repeat(
          25,
          () -> {
            long used = directory.sizeInBytes();
            directory.setMaxSizeInBytes(used + 1 + random().nextInt((int) used));
            failed.addAndGet(fails(directory) ? 1 : 0);
            directory.setMaxSizeInBytes(0);
            assertCommitted(directory);
          });
      change(directory);
      assertCommitted(directory);
    }
    assertTrue("some fail", failed.get() > 0);
  }

  /** Files that were not synced are cut, changed or lost. */
  public void testCrash() throws Exception {
    try (MockDirectoryWrapper directory =
        new MockDirectoryWrapper(random(), new ByteBuffersDirectory())) {
      Crash crash = new Crash();
      directory.failOn(crash);
      change(directory);
      int operations = -crash.left;
      AtomicInteger failed = new AtomicInteger();
      Soak.repeat(
          25,
          () -> {
            crash.left = 1 + random().nextInt(operations);
            boolean fails = false;
            try {
              change(directory);
            } catch (Exception e) { // any: a machine that is off gives no answer
              assertTrue(e.toString(), crash.left <= 0);
              fails = true;
            }
            crash.left = 0;
            directory.clearCrash();
            new IndexWriter(directory, config()).close(); // removes what the crash left
            if (fails && isCommitted(directory) == false) {
              committed.clear(); // it was committed before the crash
              committed.putAll(committing);
            }
            failed.addAndGet(fails ? 1 : 0);
            assertCommitted(directory);
          });
      assertTrue("some fail", failed.get() > 0);
    }
  }

  private boolean isCommitted(Directory directory) throws IOException {
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      Map<String, float[]> found = vectors(reader);
      return found.keySet().equals(committed.keySet())
          && found.keySet().stream()
              .allMatch(id -> Arrays.equals(found.get(id), committed.get(id)));
    }
  }

  private static final class Crash extends MockDirectoryWrapper.Failure {
    private int left; // of operations on files, until it comes

    @Override
    public void eval(MockDirectoryWrapper directory) throws IOException {
      if (--left == 0) {
        directory.crash();
      }
    }
  }

  private boolean fails(Directory directory) {
    try {
      change(directory);
      return false;
    } catch (IOException e) {
      return true;
    } catch (IllegalStateException e) { // the writer was closed by the failure of a merge
      assertNotNull(e.toString(), e.getCause());
      return true;
    }
  }
}
