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
import org.apache.lucene.util.ArrayUtil;

/**
 * The links of the nodes, the nearest that each chose first: a list for each node, and what was
 * added to it. One thread's.
 */
final class LevelLinks implements Closeable {
  private final Lists lists;
  private final Lists.Reader reader;
  private final int[] read;
  private short[] addedCounts = new short[0]; // of each node, if anything was added
  private int[] lastAdded = new int[0]; // of each node, among those added
  private int[] added = new int[0];
  private int[] addedBefore = new int[0]; // to the same node
  private int addedCount;

  /**
   * @param lists closed with this
   * @param most links of a node
   */
  LevelLinks(Lists lists, int most) {
    this.lists = lists;
    this.reader = lists.reader();
    this.read = new int[most];
  }

  /** Links of a node, at most. */
  int most() {
    return read.length;
  }

  int size() {
    return lists.size();
  }

  int count(int of) {
    return lists.count(of) + addedTo(of);
  }

  private int addedTo(int of) {
    return addedCount == 0 ? 0 : addedCounts[of];
  }

  /** Gives how many there are. */
  int read(int of, int[] into) throws IOException {
    int count = reader.read(of, into);
    int more = addedTo(of);
    for (int i = 0, at = more == 0 ? 0 : lastAdded[of]; i < more; i++, at = addedBefore[at]) {
      into[count++] = added[at];
    }
    return count;
  }

  boolean has(int of, int node) throws IOException {
    int count = read(of, read);
    for (int i = 0; i < count; i++) {
      if (read[i] == node) {
        return true;
      }
    }
    return false;
  }

  void add(int of, int node) {
    if (addedCount == 0) {
      addedCounts = new short[size()];
      lastAdded = new int[size()];
    }
    added = ArrayUtil.grow(added, addedCount + 1);
    addedBefore = ArrayUtil.grow(addedBefore, addedCount + 1);
    added[addedCount] = node;
    addedBefore[addedCount] = lastAdded[of];
    lastAdded[of] = addedCount++;
    addedCounts[of]++;
  }

  @Override
  public void close() throws IOException {
    lists.close();
  }
}
