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
package org.matryoshkasearch.lucene.internal.vectors;

import java.io.Closeable;
import java.io.IOException;
import org.apache.lucene.codecs.lucene95.OrdToDocDISIReaderConfiguration;
import org.apache.lucene.index.DocsWithFieldSet;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.SegmentInfo;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.ByteBuffersDataOutput;
import org.apache.lucene.store.IndexOutput;
import org.matryoshkasearch.lucene.internal.files.FilePair;
import org.matryoshkasearch.lucene.internal.scoring.PrefixSimilarity;

/**
 * Writes full vectors to files that {@link FullVectorsInput} reads: rows of one width a field, one
 * after another, and behind them the lengths of the vectors where these say how prefixes compare.
 */
public final class FullVectorsOutput implements Closeable {
  static final int VERSION_START = 1;
  static final int VERSION_CURRENT = VERSION_START;
  static final FilePair FILES =
      new FilePair("MatryoshkaFullVectors", "dvm", "dvd", VERSION_START, VERSION_CURRENT);

  static final int DIRECT_MONOTONIC_BLOCK_SHIFT = 16;

  /** What the operating system reads and caches. */
  private static final int PAGE = 4096;

  private final SegmentInfo segment; // which does not know yet how many documents it has
  private final FilePair.Output files;
  private final IndexOutput meta;
  private final IndexOutput data;

  /** Creates the files. */
  public FullVectorsOutput(SegmentWriteState state) throws IOException {
    segment = state.segmentInfo;
    files = FILES.create(state);
    meta = files.meta;
    data = files.data;
  }

  /** The vector of the document that an iterator stands on, which is asked for once. */
  @FunctionalInterface
  public interface Source {
    /** Gives the vector; it is not kept. */
    float[] vector() throws IOException;
  }

  /**
   * Writes the vectors of a field.
   *
   * @param docs the documents that have one, gone through once
   * @return how many there are
   */
  public int write(FieldInfo field, Components components, DocIdSetIterator docs, Source source)
      throws IOException {
    float[] stored = new float[field.getVectorDimension()];
    byte[] row = new byte[field.getVectorDimension() * components.bytes()];
    DocsWithFieldSet written = new DocsWithFieldSet();
    ByteBuffersDataOutput lengths =
        PrefixSimilarity.needsLength(field.getVectorSimilarityFunction())
            ? new ByteBuffersDataOutput()
            : null;
    long offset = 0;
    for (int doc = docs.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = docs.nextDoc()) {
      components.encode(source.vector(), row);
      if (written.cardinality() == 0) {
        offset = data.alignFilePointer(alignment(row.length));
      }
      data.writeBytes(row, row.length);
      written.add(doc);
      if (lengths != null) {
        components.decode(row, stored);
        lengths.writeInt(Float.floatToIntBits(PrefixSimilarity.floatLength(stored)));
      }
    }
    if (lengths != null) {
      lengths.copyTo(data);
    }
    int count = written.cardinality();
    meta.writeInt(field.number);
    meta.writeVInt(count == 0 ? 0 : row.length);
    meta.writeVInt(count);
    meta.writeVLong(offset);
    meta.writeVLong((long) row.length * count);
    OrdToDocDISIReaderConfiguration.writeStoredMeta(
        DIRECT_MONOTONIC_BLOCK_SHIFT, meta, data, count, segment.maxDoc(), written);
    return count;
  }

  /** Rows that fill pages, or that pages are filled with, cross no boundary of a page. */
  private static int alignment(int width) {
    return Math.clamp(Integer.lowestOneBit(width), FilePair.ALIGNMENT, PAGE);
  }

  /** Ends the files; nothing may follow. */
  public void finish() throws IOException {
    files.finish();
  }

  @Override
  public void close() throws IOException {
    files.close();
  }
}
