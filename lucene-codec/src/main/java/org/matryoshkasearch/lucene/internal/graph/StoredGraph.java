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

import java.io.EOFException;
import java.io.IOException;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.RandomAccessInput;
import org.apache.lucene.util.GroupVIntUtil;
import org.apache.lucene.util.LongValues;

/**
 * A graph in a file, read where it lies. Not thread-safe.
 *
 * <p>What it costs to follow links is waiting for memory: for the place of a node's list, then for
 * the list. So a search asks for those of several nodes side by side, before it reads the first.
 */
public final class StoredGraph {
  private final int size;
  private final int maxConn;
  private final IndexInput lists;
  private final RandomAccessInput bytes;
  private final LongValues starts;
  private final long[] loaded = new long[GraphSearch.STEP];
  private final int[] links;

  /** Keeps the reads of {@link #load} from being optimised away. */
  byte touched;

  /**
   * @param size how many nodes it has, at least 1
   * @param maxConn no node has more than twice as many links
   * @param lists of links: of each node how many there are as a vint, and then the first and the
   *     differences of the others, ascending, as group vints; it is moved
   * @param starts where each list begins
   */
  public StoredGraph(int size, int maxConn, IndexInput lists, LongValues starts)
      throws IOException {
    this.size = size;
    this.maxConn = maxConn;
    this.lists = lists;
    this.bytes = lists.randomAccessSlice(0, lists.length());
    this.starts = starts;
    this.links = new int[2 * maxConn];
  }

  /** Asks for the links of some nodes. */
  void load(int[] of, int howMany) throws IOException {
    for (int i = 0; i < howMany; i++) {
      loaded[i] = start(of[i]);
    }
    byte read = 0;
    for (int i = 0; i < howMany; i++) {
      read ^= bytes.readByte(loaded[i]);
    }
    touched = read;
  }

  /**
   * Reads the links of a node that was asked for.
   *
   * @param i its number among those
   * @return how many there are; they are in {@link #links}
   * @throws CorruptIndexException if there cannot be so many, or such: the file is not verified
   *     before it is searched
   */
  int read(int i) throws IOException {
    int count;
    try {
      lists.seek(loaded[i]);
      count = lists.readVInt();
      if (count < 0 || count > links.length) {
        throw new CorruptIndexException("a node has [" + count + "] links", lists);
      }
      GroupVIntUtil.readGroupVInts(lists, links, count);
    } catch (EOFException | IndexOutOfBoundsException e) { // the input decides which
      throw new CorruptIndexException("a list of links does not end", lists, e);
    }
    int link = 0;
    int signs = 0; // negative if a link is, or leads beyond the last node
    for (int j = 0; j < count; j++) {
      link += links[j];
      links[j] = link;
      signs |= link | (size - 1 - link);
    }
    if (signs < 0) {
      throw new CorruptIndexException("a link leads to no node", lists);
    }
    return count;
  }

  /** The links that were read last, ascending. */
  int[] links() {
    return links;
  }

  /** Where the list of a node begins. */
  private long start(int node) throws IOException {
    long start = starts.get(node);
    if (start < 0 || start >= lists.length()) {
      throw new CorruptIndexException(
          "the list of node [" + node + "] is at [" + start + "]", lists);
    }
    return start;
  }

  /** How many nodes there are. */
  public int size() {
    return size;
  }

  /** Half of the links that a node has at most. */
  int maxConn() {
    return maxConn;
  }
}
