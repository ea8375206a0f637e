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
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.codecs.lucene90.IndexedDISI;
import org.apache.lucene.codecs.lucene95.OrdToDocDISIReaderConfiguration;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.store.DataAccessHint;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.util.Accountable;
import org.apache.lucene.util.RamUsageEstimator;
import org.matryoshkasearch.lucene.internal.files.FilePair;
import org.matryoshkasearch.lucene.internal.files.MetaInput;
import org.matryoshkasearch.lucene.internal.scoring.PrefixSimilarity;

/** Reads the full vectors that {@link FullVectorsOutput} wrote. */
public final class FullVectorsInput implements Accountable, Closeable {
  private static final long SHALLOW_SIZE =
      RamUsageEstimator.shallowSizeOfInstance(FullVectorsInput.class);

  // what stands in place of an offset where no documents are listed
  private static final long ALL_DOCUMENTS = -1;
  private static final long EMPTY = -2;

  private static final long JUMP_BYTES = 2 * Integer.BYTES;
  private static final int DENSE_RANK_POWER = IndexedDISI.DEFAULT_DENSE_RANK_POWER;

  private final Map<String, Entry> fields = new HashMap<>();
  private final IndexInput data;
  private final int maxDoc;
  private final IOContext searchContext;

  /** Opens the files. */
  public FullVectorsInput(SegmentReadState state) throws IOException {
    searchContext = FilePair.dataContext(state.context);
    maxDoc = state.segmentInfo.maxDoc();
    data =
        FullVectorsOutput.FILES.open(
            state, (field, meta) -> fields.put(field.name, Entry.read(field, meta)));
  }

  /** A field's vectors for one thread. */
  public FullVectors vectors(FieldInfo field, Components components) {
    return new FullVectors(
        new FieldRows(entry(field), data, maxDoc), components, field.getVectorDimension());
  }

  /**
   * Checks that a field has what another file says of it.
   *
   * @param width bytes of a row
   * @throws CorruptIndexException if the two differ
   */
  public void check(FieldInfo field, int count, int width) throws CorruptIndexException {
    Entry entry = fields.get(field.name);
    if (entry == null || entry.count != count || (count > 0 && entry.width != width)) {
      throw new CorruptIndexException(
          String.format(
              Locale.ROOT,
              "field [%s] must have [%d] rows of [%d] bytes, has %s",
              field.name,
              count,
              width,
              entry == null ? "none" : "[" + entry.count + "] of [" + entry.width + "]"),
          data);
    }
  }

  /** The bytes of a field's rows, and of the lengths of its vectors if it has them. */
  public long byteSize(FieldInfo field) {
    return entry(field).length + lengthsBytes(field, entry(field).count);
  }

  private static long lengthsBytes(FieldInfo field, int count) {
    return PrefixSimilarity.needsLength(field.getVectorSimilarityFunction())
        ? (long) count * Float.BYTES
        : 0;
  }

  private Entry entry(FieldInfo field) {
    Entry entry = fields.get(field.name);
    if (entry == null) {
      throw new IllegalArgumentException("field [" + field.name + "] has no full vectors");
    }
    return entry;
  }

  /** Tells the operating system that the rows are read from the first to the last, or no longer. */
  public void readSequentially(boolean sequential) throws IOException {
    data.updateIOContext(
        sequential ? searchContext.withHints(DataAccessHint.SEQUENTIAL) : searchContext);
  }

  /** Checks all that was written. */
  public void checkIntegrity() throws IOException {
    CodecUtil.checksumEntireFile(data);
  }

  @Override
  public long ramBytesUsed() {
    long total = SHALLOW_SIZE;
    for (Entry entry : fields.values()) {
      total += RamUsageEstimator.shallowSizeOf(entry);
    }
    return total;
  }

  @Override
  public void close() throws IOException {
    data.close();
  }

  /** What the metadata say of a field. */
  record Entry(
      int width, int count, long offset, long length, OrdToDocDISIReaderConfiguration ordToDoc) {

    static Entry read(FieldInfo field, MetaInput meta) throws IOException {
      int width = meta.in.readVInt();
      int count = meta.readCount();
      long offset = meta.in.readVLong();
      long length = meta.in.readVLong();
      meta.check(
          (long) width * count == length, "[%d] rows of [%d] bytes in [%d]", count, width, length);
      meta.checkRows(offset, length);
      meta.checkInData(offset + length, lengthsBytes(field, count));
      long ordToDoc = meta.in.getFilePointer();
      checkOrdToDoc(meta, count);
      meta.in.seek(ordToDoc);
      return new Entry(
          width,
          count,
          offset,
          length,
          OrdToDocDISIReaderConfiguration.fromStoredMeta(meta.in, count));
    }

    /** Where the lengths of vectors are, if the field has them. */
    long lengthsAt() {
      return offset + length;
    }

    /** Lucene takes what stands there as it is, so this looks at it before. */
    private static void checkOrdToDoc(MetaInput meta, int count) throws IOException {
      IndexInput in = meta.in;
      long docsAt = in.readLong();
      long docsLength = in.readLong();
      int jumps = in.readShort();
      int rankPower = in.readByte();
      if (docsAt < 0) {
        long expected = count == 0 ? EMPTY : ALL_DOCUMENTS;
        meta.check(
            docsAt == expected && (count == 0 || count == meta.maxDoc()),
            "[%d] vectors in documents at [%d]",
            count,
            docsAt);
        return;
      }
      meta.check(count > 0 && count < meta.maxDoc(), "[%d] vectors in some documents", count);
      meta.checkInData(docsAt, docsLength);
      meta.check(
          jumps * JUMP_BYTES <= docsLength && rankPower == DENSE_RANK_POWER,
          "[%d] jumps and rank power [%d] in [%d] bytes",
          jumps,
          rankPower,
          docsLength);
      long docsOfOrdsAt = in.readLong();
      int blockShift = in.readVInt();
      meta.check(
          blockShift == FullVectorsOutput.DIRECT_MONOTONIC_BLOCK_SHIFT,
          "blocks of 2 to the power of [%d]",
          blockShift);
      long needed = meta.skipMonotonic(count, blockShift);
      long docsOfOrdsLength = in.readLong();
      meta.checkInData(docsOfOrdsAt, docsOfOrdsLength);
      meta.check(needed <= docsOfOrdsLength, "documents in [%d] bytes", docsOfOrdsLength);
    }
  }
}
