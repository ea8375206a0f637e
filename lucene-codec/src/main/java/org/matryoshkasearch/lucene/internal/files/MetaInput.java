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
package org.matryoshkasearch.lucene.internal.files;

import java.io.IOException;
import java.util.Locale;
import java.util.Set;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.store.IndexInput;

/**
 * A metadata file whose checksum is right, and the bounds of what may stand in it: a file can have
 * been written wrong, and what is made as large as it says must be no larger than the index is.
 */
public final class MetaInput {
  /** What {@link org.apache.lucene.util.packed.DirectWriter} writes; 0: nothing. */
  private static final Set<Integer> BITS_PER_VALUE =
      Set.of(0, 1, 2, 4, 8, 12, 16, 20, 24, 28, 32, 40, 48, 56, 64);

  /** The file, where the next number stands. */
  public final IndexInput in;

  private final long dataEnd;
  private final int maxDoc;

  /**
   * @param dataEnd where the footer of the data file begins
   * @param maxDoc how many documents the segment has
   */
  MetaInput(IndexInput in, long dataEnd, int maxDoc) {
    this.in = in;
    this.dataEnd = dataEnd;
    this.maxDoc = maxDoc;
  }

  /** How many documents the segment has. */
  public int maxDoc() {
    return maxDoc;
  }

  /** Reads how many documents have a vector. */
  public int readCount() throws IOException {
    int count = in.readVInt();
    check(count >= 0 && count <= maxDoc, "[%d] vectors in [%d] documents", count, maxDoc);
    return count;
  }

  /** Checks that something lies in the data file. */
  public void checkInData(long offset, long length) throws IOException {
    check(
        offset >= 0 && length >= 0 && offset <= dataEnd && length <= dataEnd - offset,
        "[%d] bytes at [%d] of [%d]",
        length,
        offset,
        dataEnd);
  }

  /** Checks that rows lie in the data file, where rows begin. */
  public void checkRows(long offset, long length) throws IOException {
    checkInData(offset, length);
    check(offset % FilePair.ALIGNMENT == 0, "rows at [%d]", offset);
  }

  /** Checks that the file is long enough for so many numbers of a byte or more each. */
  public void checkFollow(long count) throws IOException {
    check(
        count >= 0 && count <= in.length() - in.getFilePointer(), "[%d] numbers, but ends", count);
  }

  /**
   * Reads past what {@link org.apache.lucene.util.packed.DirectMonotonicWriter} says of its blocks.
   *
   * @return how many bytes of data it takes to read all of the numbers
   */
  public long skipMonotonic(long count, int blockShift) throws IOException {
    long needed = 0;
    for (long block = 0; block < Math.ceilDiv(count, 1L << blockShift); block++) {
      in.skipBytes(Long.BYTES + Float.BYTES); // the least number and the mean difference
      long offset = in.readLong();
      int bits = in.readByte();
      check(BITS_PER_VALUE.contains(bits), "numbers of [%d] bits", bits);
      check(offset >= 0 && offset <= dataEnd, "numbers at [%d]", offset);
      long last = Math.min(1L << blockShift, count - (block << blockShift)) - 1;
      if (bits > 0) {
        // whole bytes, shorts, ints or longs are read
        int width = bits <= 8 ? 1 : bits <= 16 ? 2 : bits <= 32 ? 4 : 8;
        needed = Math.max(needed, offset + last * bits / Byte.SIZE + width);
      }
    }
    return needed;
  }

  /**
   * Refuses the file.
   *
   * @param what it has, a format
   * @throws CorruptIndexException if not {@code valid}
   */
  public void check(boolean valid, String what, Object... args) throws CorruptIndexException {
    if (valid == false) {
      throw new CorruptIndexException("cannot have " + String.format(Locale.ROOT, what, args), in);
    }
  }
}
