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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.util.IOUtils;

/** A graph, ready to be written: what it takes of memory and of files is given back on close. */
public final class BuiltGraph implements Closeable {
  private final int[][] nodes;
  private final LevelLinks[] links;
  private final Copies copies;
  private final BuildMemory.Share memory;

  /**
   * @param nodes of each level, ascending; those of the lowest are all, but for copies
   * @param links for each level, between places in its nodes
   * @param copies whose distinct ones the nodes are; null if there are none, and the nodes are
   *     ordinals
   */
  BuiltGraph(int[][] nodes, LevelLinks[] links, Copies copies, BuildMemory.Share memory) {
    this.nodes = nodes;
    this.links = links;
    this.copies = copies;
    this.memory = memory;
    if (copies != null) {
      Arrays.setAll(nodes, level -> level == 0 ? copies.all() : copies.ordinals(nodes[level]));
    }
  }

  /** How many levels there are, at least one. */
  public int levels() {
    return nodes.length;
  }

  /** The ordinals on a level, ascending. */
  public int[] nodes(int level) {
    return nodes[level];
  }

  /**
   * Writes the ordinals that a node links to, ascending.
   *
   * @param place of the node among those of the level
   * @return how many
   */
  public int links(int level, int place, int[] into) throws IOException {
    int count;
    if (level == 0 && copies != null) {
      count = copies.links(links[0], place, into);
    } else {
      count = links[level].read(place, into);
      for (int i = 0; i < count; i++) {
        into[i] = nodes[level][into[i]];
      }
    }
    Arrays.sort(into, 0, count);
    return count;
  }

  @Override
  public void close() throws IOException {
    List<Closeable> all = new ArrayList<>(Arrays.asList(links));
    all.add(memory);
    IOUtils.close(all);
  }
}
