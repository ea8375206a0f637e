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
package org.matryoshkasearch.lucene.soak;

import static org.apache.lucene.tests.util.LuceneTestCase.createTempDir;
import static org.apache.lucene.tests.util.LuceneTestCase.newDirectory;
import static org.apache.lucene.tests.util.LuceneTestCase.newIndexWriterConfig;
import static org.apache.lucene.tests.util.LuceneTestCase.newSearcher;
import static org.apache.lucene.tests.util.LuceneTestCase.random;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.SlowCodecReaderWrapper;
import org.apache.lucene.index.SoftDeletesDirectoryReaderWrapper;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.IOUtils;
import org.matryoshkasearch.lucene.codec.MatryoshkaCodec;
import org.matryoshkasearch.lucene.codec.MatryoshkaHnswVectorsFormat;

/** An index, its writer and what was last opened of it. */
final class Index implements Closeable {
  static final String PARENT = "parent";
  static final String SOFT_DELETES = "deleted";

  /**
   * What all indexes of a run have in common.
   *
   * @param sorted whether blocks are sorted by a number of their own
   * @param softDeletes whether updates keep the old documents until they are merged away
   */
  record Settings(boolean sorted, boolean softDeletes) {}

  private final Settings settings;
  private final Function<String, KnnVectorsFormat> formats;
  private final Directory directory;
  private IndexWriter writer;
  private DirectoryReader reader;
  private IndexSearcher searcher;

  Index(Settings settings, Function<String, KnnVectorsFormat> formats) throws IOException {
    this.settings = settings;
    this.formats = formats;
    // Lucene's mock of a directory takes its time
    directory = random().nextInt(4) == 0 ? newDirectory() : new MMapDirectory(createTempDir());
    writer = newWriter();
  }

  private IndexWriter newWriter() throws IOException {
    IndexWriterConfig config =
        newIndexWriterConfig()
            .setCodec(new MatryoshkaCodec(TestUtil.getDefaultCodec(), formats))
            .setMergeScheduler(new SerialMergeScheduler()) // a run must be repeatable
            .setParentField(PARENT);
    if (settings.sorted()) {
      config.setIndexSort(new Sort(new SortField("order", SortField.Type.INT)));
    }
    if (settings.softDeletes()) {
      config.setSoftDeletesField(SOFT_DELETES);
    }
    return new IndexWriter(directory, config);
  }

  IndexWriter writer() {
    return writer;
  }

  IndexSearcher searcher() {
    return searcher;
  }

  /** Opens what was written, committed or not. */
  void refresh() throws IOException {
    show(DirectoryReader.open(writer));
  }

  /** Closes all and opens what is in the directory. */
  void reopen() throws IOException {
    writer.close();
    DirectoryReader committed = DirectoryReader.open(directory);
    show(
        settings.softDeletes()
            ? new SoftDeletesDirectoryReaderWrapper(committed, SOFT_DELETES)
            : committed);
    writer = newWriter();
  }

  void rollback() throws IOException {
    writer.rollback();
    writer = newWriter();
  }

  private void show(DirectoryReader opened) throws IOException {
    IOUtils.close(reader);
    reader = opened;
    boolean hides = random().nextInt(4) == 0;
    searcher = newSearcher(hides ? new PlainValuesReader(opened, true) : opened);
    if (random().nextInt(4) == 0) {
      searcher.setTimeout(() -> false);
    }
  }

  /** Whether some of what is shown of a field is in a format of Lucene's. */
  boolean hasLucenesSegments(String field) {
    return reader.leaves().stream()
        .map(leaf -> leaf.reader().getFieldInfos().fieldInfo(field))
        .anyMatch(info -> info != null && !MatryoshkaHnswVectorsFormat.isFormatOf(info));
  }

  /** Adds the documents of another index, by its files or its readers. */
  void addAll(Index other) throws IOException {
    if (random().nextBoolean()) {
      other.writer.close();
      writer.addIndexes(other.directory);
      return;
    }
    other.refresh();
    List<CodecReader> leaves = new ArrayList<>();
    for (LeafReaderContext leaf : other.reader.leaves()) {
      leaves.add(SlowCodecReaderWrapper.wrap(leaf.reader()));
    }
    writer.addIndexes(leaves.toArray(CodecReader[]::new));
  }

  /** An empty index that may be added to this one. */
  Index another(Map<String, KnnVectorsFormat> otherFormats) throws IOException {
    return new Index(settings, otherFormats::get);
  }

  void check() throws IOException {
    writer.commit();
    TestUtil.checkIndex(directory);
  }

  @Override
  public String toString() {
    return reader.leaves().stream()
        .map(leaf -> String.valueOf(leaf.reader().maxDoc()))
        .toList()
        .toString();
  }

  /** Closes the index after a run without a fault; checks what is in it. */
  @Override
  public void close() throws IOException {
    IOUtils.close(reader, writer, directory);
  }

  /** Lets go of what a failed run holds. */
  void abandon() {
    IOUtils.closeWhileHandlingException(reader);
    try {
      writer.rollback();
    } catch (IOException | RuntimeException | AssertionError e) {
      return; // its failure is not the one to tell
    }
    IOUtils.closeWhileHandlingException(directory);
  }
}
