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
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
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
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.store.MockDirectoryWrapper;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.matryoshkasearch.lucene.soak.Soak;

/**
 * A disk that is full, or that fails, at any write of a flush or a merge: the last commit can be
 * read, bit for bit, no file stays open, and the index goes on when there is room again.
 */
@TimeoutSuite(millis = Integer.MAX_VALUE) // the long form
public class FailingDiskTest extends LuceneTestCase {
  private static final int DIMS = 16;
  private static final int BATCH = 1100; // enough for a graph

  private final Map<String, float[]> committed = new HashMap<>();

  private static IndexWriterConfig config() {
    MatryoshkaHnswVectorsFormat format =
        new MatryoshkaHnswVectorsFormat(
            8, PrefixEncoding.INT4, FullVectorEncoding.FLOAT32, 8, 40, 1, null);
    LogDocMergePolicy merges = new LogDocMergePolicy();
    merges.setMergeFactor(2);
    return new IndexWriterConfig()
        .setCodec(new MatryoshkaCodec(TestUtil.getDefaultCodec(), field -> format))
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
      writer.commit();
      committed.clear();
      committed.putAll(after);
    } finally {
      writer.rollback();
    }
  }

  private void assertCommitted(Directory directory) throws IOException {
    TestUtil.checkIndex(directory);
    int found = 0;
    try (DirectoryReader reader = DirectoryReader.open(directory)) {
      StoredFields stored = reader.storedFields();
      for (LeafReaderContext leaf : reader.leaves()) {
        FloatVectorValues values = leaf.reader().getFloatVectorValues("v");
        DocIndexIterator docs = values.iterator();
        while (docs.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
          boolean live =
              leaf.reader().getLiveDocs() == null || leaf.reader().getLiveDocs().get(docs.docID());
          if (live) {
            String id = stored.document(leaf.docBase + docs.docID()).get("id");
            assertArrayEquals(id, committed.get(id), values.vectorValue(docs.index()), 0);
            found++;
          }
        }
      }
      assertEquals(committed.size(), reader.numDocs());
    }
    assertEquals(committed.size(), found);
  }

  public void testErrorsAtRandomWrites() throws Exception {
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
