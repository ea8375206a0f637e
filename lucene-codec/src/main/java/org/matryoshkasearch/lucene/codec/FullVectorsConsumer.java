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
import java.util.Locale;
import org.apache.lucene.codecs.DocValuesConsumer;
import org.apache.lucene.codecs.DocValuesProducer;
import org.apache.lucene.codecs.lucene95.OrdToDocDISIReaderConfiguration;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DocsWithFieldSet;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.SegmentInfo;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.IOUtils;

/** Writes rows of one width a field. Each field's values are read once, in document order. */
final class FullVectorsConsumer extends DocValuesConsumer {
  /** A cache line, and a multiple of every vector register. */
  static final int ALIGNMENT = 64;

  /** What the operating system reads and caches. */
  private static final int PAGE = 4096;

  static final int DIRECT_MONOTONIC_BLOCK_SHIFT = 16;

  private final FilePair.Output out;
  private final SegmentInfo segment;
  private boolean finished;

  FullVectorsConsumer(SegmentWriteState state) throws IOException {
    out = FullVectorsDocValuesFormat.FILES.create(state);
    segment = state.segmentInfo;
  }

  /**
   * @throws IllegalArgumentException if two rows differ in width
   */
  @Override
  public void addBinaryField(FieldInfo field, DocValuesProducer valuesProducer) throws IOException {
    BinaryDocValues values = valuesProducer.getBinary(field);
    long offset = 0;
    DocsWithFieldSet docs = new DocsWithFieldSet();
    int width = 0;
    for (int doc = values.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = values.nextDoc()) {
      BytesRef row = values.binaryValue();
      if (docs.cardinality() == 0) {
        width = row.length;
        offset = out.data.alignFilePointer(alignment(width));
      } else if (row.length != width) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "row of [%d] bytes in field [%s] whose rows have [%d]",
                row.length,
                field.name,
                width));
      }
      out.data.writeBytes(row.bytes, row.offset, row.length);
      docs.add(doc);
    }
    long length = (long) width * docs.cardinality();
    out.meta.writeInt(field.number);
    out.meta.writeVInt(width);
    out.meta.writeVInt(docs.cardinality());
    out.meta.writeVLong(offset);
    out.meta.writeVLong(length);
    OrdToDocDISIReaderConfiguration.writeStoredMeta(
        DIRECT_MONOTONIC_BLOCK_SHIFT,
        out.meta,
        out.data,
        docs.cardinality(),
        segment.maxDoc(),
        docs);
  }

  /** Rows that fill pages, or that pages are filled with, cross no boundary of a page. */
  private static int alignment(int width) {
    return Math.clamp(Integer.lowestOneBit(width), ALIGNMENT, PAGE);
  }

  @Override
  public void addNumericField(FieldInfo field, DocValuesProducer valuesProducer) {
    throw unsupported(field);
  }

  @Override
  public void addSortedField(FieldInfo field, DocValuesProducer valuesProducer) {
    throw unsupported(field);
  }

  @Override
  public void addSortedNumericField(FieldInfo field, DocValuesProducer valuesProducer) {
    throw unsupported(field);
  }

  @Override
  public void addSortedSetField(FieldInfo field, DocValuesProducer valuesProducer) {
    throw unsupported(field);
  }

  private static UnsupportedOperationException unsupported(FieldInfo field) {
    return new UnsupportedOperationException(
        "field [" + field.name + "] is not binary: this format stores full vectors only");
  }

  void finish() throws IOException {
    if (finished) {
      throw new IllegalStateException("already finished");
    }
    finished = true;
    out.finish();
  }

  @Override
  public void close() throws IOException {
    IOUtils.close(out);
  }
}
