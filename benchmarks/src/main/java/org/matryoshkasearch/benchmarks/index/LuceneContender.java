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
package org.matryoshkasearch.benchmarks.index;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.LongConsumer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LogDocMergePolicy;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.util.BitSetIterator;
import org.apache.lucene.util.FixedBitSet;
import org.apache.lucene.util.IOUtils;
import org.apache.lucene.util.VectorUtil;
import org.matryoshkasearch.benchmarks.data.Documents;
import org.matryoshkasearch.benchmarks.data.Vectors;

/** An index of Lucene with some vectors format: the document number is the row. */
final class LuceneContender implements Contender {

  /** Vectors of a segment are buffered on the heap: this many bytes of them. */
  private static final int SEGMENT_BYTES = 1 << 30;

  private static final int HARD_LIMIT_MB = 2047; // Lucene takes no more; vectors need half of it

  private final LuceneSetup setup;

  LuceneContender(LuceneSetup setup) {
    this.setup = setup;
  }

  @Override
  public String name() {
    return setup.name();
  }

  @Override
  public Family family() {
    return setup.family();
  }

  @Override
  public BuildTime build(Documents documents, Path folder, LongConsumer progress)
      throws IOException {
    setup.requirement().check();
    int[] sizes = documents.segmentSizes();
    BuildTime time =
        sizes.length == 1
            ? segment(documents, 0, sizes[0], folder, progress)
            : segments(documents, sizes, folder, progress);
    if (documents.deleted() != null) {
      delete(documents.deleted(), folder);
    }
    return time;
  }

  /** Each is made as if it were all, for not every size fits into one flush. */
  private BuildTime segments(Documents documents, int[] sizes, Path folder, LongConsumer progress)
      throws IOException {
    double index = 0;
    double merge = 0;
    int from = 0;
    Path[] parts = new Path[sizes.length];
    Directory[] directories = new Directory[sizes.length];
    try {
      for (int i = 0; i < sizes.length; i++) {
        parts[i] = Files.createDirectories(folder.resolve("part-" + i));
        BuildTime time = segment(documents, from, from + sizes[i], parts[i], progress);
        index += time.indexSeconds();
        merge += time.mergeSeconds();
        from += sizes[i];
        directories[i] = new MMapDirectory(parts[i]);
      }
      try (Directory directory = new MMapDirectory(folder);
          IndexWriter writer = new IndexWriter(directory, withoutMerges())) {
        writer.addIndexes(directories); // copies the files
      }
    } finally {
      IOUtils.close(directories);
    }
    IOUtils.rm(parts);
    return new BuildTime(index, merge);
  }

  private BuildTime segment(
      Documents documents, int from, int to, Path folder, LongConsumer progress)
      throws IOException {
    Vectors vectors = documents.vectors();
    double start = ProcessorTime.seconds();
    double indexed;
    try (Directory directory = new MMapDirectory(folder);
        IndexWriter writer = new IndexWriter(directory, config(vectors.dims()))) {
      float[] full = new float[vectors.dims()];
      boolean shorter = setup.dims() < vectors.dims();
      float[] searched = shorter ? new float[setup.dims()] : full;
      Document document = document(searched, shorter ? full : null, documents.similarity());
      for (int row = from; row < to; row++) {
        vectors.read(row, full); // the writer copies what the fields hold
        if (shorter) {
          vectors.read(row, searched);
          VectorUtil.l2normalize(searched);
        }
        writer.addDocument(document);
        progress.accept(row + 1);
      }
      writer.flush();
      indexed = ProcessorTime.seconds();
      writer.forceMerge(1);
      writer.commit();
    }
    return new BuildTime(indexed - start, ProcessorTime.seconds() - indexed);
  }

  private static void delete(FixedBitSet rows, Path folder) throws IOException {
    try (Directory directory = new MMapDirectory(folder);
        IndexWriter writer = new IndexWriter(directory, withoutMerges());
        DirectoryReader reader = DirectoryReader.open(writer)) {
      BitSetIterator each = new BitSetIterator(rows, 0);
      for (int row = each.nextDoc(); row != BitSetIterator.NO_MORE_DOCS; row = each.nextDoc()) {
        if (writer.tryDeleteDocument(reader, row) < 0) {
          throw new IOException("row " + row + " cannot be deleted");
        }
      }
    }
  }

  private static IndexWriterConfig withoutMerges() {
    return new IndexWriterConfig().setMergePolicy(NoMergePolicy.INSTANCE);
  }

  private IndexWriterConfig config(int dims) {
    LogDocMergePolicy merges = new LogDocMergePolicy(); // keeps documents in order
    merges.setNoCFSRatio(0);
    return new IndexWriterConfig()
        .setCodec(new BenchCodec(setup.format().get()))
        .setMergePolicy(merges)
        .setMergeScheduler(new SerialMergeScheduler())
        .setUseCompoundFile(false)
        // the same segments for every contender, however each accounts for its memory
        .setMaxBufferedDocs(Math.max(2, SEGMENT_BYTES / (dims * Float.BYTES)))
        .setRAMBufferSizeMB(IndexWriterConfig.DISABLE_AUTO_FLUSH)
        .setRAMPerThreadHardLimitMB(HARD_LIMIT_MB);
  }

  /**
   * @param full null if the searched vectors are the full ones
   */
  private static Document document(
      float[] searched, float[] full, VectorSimilarityFunction similarity) {
    Document document = new Document();
    document.add(new KnnFloatVectorField(LuceneSetup.FIELD, searched, similarity));
    if (full != null) {
      document.add(new KnnFloatVectorField(LuceneSetup.FULL, full, similarity));
    }
    return document;
  }

  @Override
  public Searchable open(Path folder, FixedBitSet accepted) throws IOException {
    return new LuceneSearchable(setup, folder, accepted);
  }

  /** As many leading components as an array has, scaled to unit length. */
  static float[] prefix(float[] vector, int dims) {
    return VectorUtil.l2normalize(Arrays.copyOf(vector, dims));
  }
}
