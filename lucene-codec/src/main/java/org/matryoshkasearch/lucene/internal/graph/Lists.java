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
package org.matryoshkasearch.lucene.internal.graph;

import java.io.Closeable;
import java.io.IOException;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.IOUtils;

/**
 * Lists of numbers, one after another in a temporary file. On the heap are two bytes a list, and
 * where each of some tens of them starts.
 */
final class Lists implements Closeable {
  private static final int PAGE_BITS = 5;
  private static final int PAGE_MASK = (1 << PAGE_BITS) - 1;

  private final Scratch scratch;
  private final Workers work;
  private final IndexOutput out;
  private IndexInput in;
  private short[] counts;
  private long[] starts; // of pages, in numbers
  private long end;
  private int size;

  /**
   * @param expected how many lists there will be, about
   * @param work for which they are: nothing is added or read when it is aborted
   */
  Lists(Scratch scratch, int expected, Workers work) throws IOException {
    this.scratch = scratch;
    this.work = work;
    this.counts = new short[expected];
    this.starts = new long[(expected + PAGE_MASK) >>> PAGE_BITS];
    this.out = scratch.create("graph");
  }

  /** Adds a list of at most {@value Short#MAX_VALUE} numbers. */
  synchronized void add(int[] list, int count) throws IOException {
    work.checkAborted();
    counts = ArrayUtil.grow(counts, size + 1);
    counts[size] = (short) count;
    if ((size & PAGE_MASK) == 0) {
      int page = size >>> PAGE_BITS;
      starts = ArrayUtil.grow(starts, page + 1);
      starts[page] = end;
    }
    for (int i = 0; i < count; i++) {
      out.writeInt(list[i]);
    }
    size++;
    end += count;
  }

  /** Ends the writing; before it nothing can be read. */
  void finish() throws IOException {
    out.close();
    in = scratch.open(out.getName());
  }

  /** How many lists there are. */
  int size() {
    return size;
  }

  /** How many numbers a list has. */
  int count(int list) {
    return counts[list];
  }

  Reader reader() {
    return new Reader(in.clone());
  }

  /** Deletes the file. */
  @Override
  public void close() throws IOException {
    try {
      IOUtils.close(out, in);
    } finally {
      scratch.delete(out.getName());
    }
  }

  /** One thread's. */
  final class Reader {
    private final IndexInput in;

    private Reader(IndexInput in) {
      this.in = in;
    }

    /** Gives how many numbers were read. */
    int read(int list, int[] into) throws IOException {
      work.checkAborted();
      long start = starts[list >>> PAGE_BITS];
      for (int before = list & ~PAGE_MASK; before < list; before++) {
        start += counts[before];
      }
      in.seek(start * Integer.BYTES);
      in.readInts(into, 0, counts[list]);
      return counts[list];
    }
  }
}
