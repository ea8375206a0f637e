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
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.codecs.DocValuesProducer;
import org.apache.lucene.codecs.hnsw.FlatVectorScorerUtil;
import org.apache.lucene.codecs.hnsw.FlatVectorsScorer;
import org.apache.lucene.codecs.lucene95.OffHeapByteVectorValues;
import org.apache.lucene.codecs.lucene95.OrdToDocDISIReaderConfiguration;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DocValuesSkipper;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SortedDocValues;
import org.apache.lucene.index.SortedNumericDocValues;
import org.apache.lucene.index.SortedSetDocValues;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.store.ChecksumIndexInput;
import org.apache.lucene.store.DataAccessHint;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.RamUsageEstimator;

/** Reads rows of fixed width: by document as binary doc values, by ordinal as {@link #rows}. */
final class FullVectorsProducer extends DocValuesProducer {
  private static final long SHALLOW_SIZE =
      RamUsageEstimator.shallowSizeOfInstance(FullVectorsProducer.class);

  private final Map<String, FieldEntry> fields = new HashMap<>();
  private final IndexInput data;
  private final IOContext searchContext;

  FullVectorsProducer(SegmentReadState state) throws IOException {
    searchContext = FilePair.dataContext(state.context);
    data =
        FullVectorsDocValuesFormat.FILES.open(
            state, (meta, version) -> readFields(meta, state.fieldInfos));
  }

  private void readFields(ChecksumIndexInput meta, FieldInfos infos) throws IOException {
    for (int number = meta.readInt(); number != -1; number = meta.readInt()) {
      FieldInfo info = infos.fieldInfo(number);
      if (info == null) {
        throw new CorruptIndexException("Invalid field number: " + number, meta);
      }
      fields.put(info.name, FieldEntry.read(meta));
    }
  }

  /**
   * The rows of a field by ordinal, each {@code dimension()} bytes wide; their slice is the rows
   * one after another. The values are not shared: every call makes new ones.
   */
  OffHeapByteVectorValues rows(FieldInfo field) throws IOException {
    FieldEntry entry = entry(field);
    // rows are bytes to Lucene, which gives them ordinals; nothing scores them as byte vectors
    FlatVectorsScorer scorer = FlatVectorScorerUtil.getLucene99FlatVectorsScorer();
    return OffHeapByteVectorValues.load(
        VectorSimilarityFunction.DOT_PRODUCT,
        scorer,
        entry.ordToDoc,
        VectorEncoding.BYTE,
        entry.width,
        entry.offset,
        entry.length,
        data);
  }

  /** The bytes of a field's rows. */
  long byteSize(FieldInfo field) {
    return entry(field).length;
  }

  long ramBytesUsed() {
    long total = SHALLOW_SIZE;
    for (FieldEntry entry : fields.values()) {
      total += RamUsageEstimator.shallowSizeOf(entry);
    }
    return total;
  }

  private FieldEntry entry(FieldInfo field) {
    FieldEntry entry = fields.get(field.name);
    if (entry == null) {
      throw new IllegalArgumentException("field [" + field.name + "] has no full vectors");
    }
    return entry;
  }

  @Override
  public BinaryDocValues getBinary(FieldInfo field) throws IOException {
    return new Rows(rows(field));
  }

  /** Tells the operating system that the rows are read from the first to the last, or no longer. */
  void readSequentially(boolean sequential) throws IOException {
    data.updateIOContext(
        sequential ? searchContext.withHints(DataAccessHint.SEQUENTIAL) : searchContext);
  }

  @Override
  public NumericDocValues getNumeric(FieldInfo field) {
    throw notBinary(field);
  }

  @Override
  public SortedDocValues getSorted(FieldInfo field) {
    throw notBinary(field);
  }

  @Override
  public SortedNumericDocValues getSortedNumeric(FieldInfo field) {
    throw notBinary(field);
  }

  @Override
  public SortedSetDocValues getSortedSet(FieldInfo field) {
    throw notBinary(field);
  }

  @Override
  public DocValuesSkipper getSkipper(FieldInfo field) {
    return null;
  }

  private static UnsupportedOperationException notBinary(FieldInfo field) {
    return new UnsupportedOperationException("field [" + field.name + "] has binary doc values");
  }

  @Override
  public void checkIntegrity() throws IOException {
    CodecUtil.checksumEntireFile(data);
  }

  @Override
  public void close() throws IOException {
    data.close();
  }

  private record FieldEntry(
      int width, int count, long offset, long length, OrdToDocDISIReaderConfiguration ordToDoc) {

    static FieldEntry read(ChecksumIndexInput meta) throws IOException {
      int width = meta.readVInt();
      int count = meta.readVInt();
      long offset = meta.readVLong();
      long length = meta.readVLong();
      if ((long) width * count != length) {
        throw new CorruptIndexException(
            String.format(
                Locale.ROOT,
                "[%d] rows of [%d] bytes cannot take [%d] bytes",
                count,
                width,
                length),
            meta);
      }
      return new FieldEntry(
          width,
          count,
          offset,
          length,
          OrdToDocDISIReaderConfiguration.fromStoredMeta(meta, count));
    }
  }

  /** The rows by document. */
  private static final class Rows extends BinaryDocValues {
    private final OffHeapByteVectorValues rows;
    private final KnnVectorValues.DocIndexIterator docs;
    private final BytesRef row = new BytesRef();

    Rows(OffHeapByteVectorValues rows) {
      this.rows = rows;
      this.docs = rows.iterator();
    }

    @Override
    public BytesRef binaryValue() throws IOException {
      row.bytes = rows.vectorValue(docs.index());
      row.length = row.bytes.length;
      return row;
    }

    @Override
    public boolean advanceExact(int target) throws IOException {
      if (docs.docID() < target) {
        docs.advance(target);
      }
      return docs.docID() == target;
    }

    @Override
    public int docID() {
      return docs.docID();
    }

    @Override
    public int nextDoc() throws IOException {
      return docs.nextDoc();
    }

    @Override
    public int advance(int target) throws IOException {
      return docs.advance(target);
    }

    @Override
    public long cost() {
      return docs.cost();
    }
  }
}
