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
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.util.IOUtils;

/** A graph, ready to be written: what it takes of memory and of files is given back on close. */
public final class BuiltGraph implements Closeable {
  private final GraphVectors vectors;
  private final Nearness kind;
  private final float queryLength;
  private final LevelLinks links;
  private final Pivots pivots;
  private final Copies copies;
  private final BuildMemory.Share memory;

  /**
   * @param vectors all
   * @param kind what makes two of them near
   * @param queryLength how long a query must be for them to be near by distance, where inner
   *     products count; 0 if that makes no difference
   * @param links between all, or but for copies
   * @param pivots of the same nodes
   * @param copies whose distinct ones the nodes are; null if there are none, and the nodes are
   *     ordinals
   */
  BuiltGraph(
      GraphVectors vectors,
      Nearness kind,
      float queryLength,
      LevelLinks links,
      Pivots pivots,
      Copies copies,
      BuildMemory.Share memory) {
    this.vectors = vectors;
    this.kind = kind;
    this.queryLength = queryLength;
    this.links = links;
    this.pivots = pivots;
    this.copies = copies;
    this.memory = memory;
  }

  /** Over how many vectors it is. */
  public int size() {
    return vectors.size();
  }

  /** The vectors by which it was built. */
  GraphVectors vectors() {
    return vectors;
  }

  /** What makes two of them near. */
  Nearness kind() {
    return kind;
  }

  /** How long a query must be for them to be near, or 0 if that makes no difference. */
  float queryLength() {
    return queryLength;
  }

  /** The means of the groups of nodes by which searches come in. */
  List<float[]> means() {
    return pivots.means();
  }

  /** The ordinals of those of a group. */
  int[] pivots(int group) {
    int[] nodes = pivots.groups().get(group);
    return copies == null ? nodes : copies.ordinals(nodes);
  }

  /**
   * Writes the ordinals that one links to, ascending.
   *
   * @return how many
   */
  public int links(int ord, int[] into) throws IOException {
    int count = copies == null ? links.read(ord, into) : copies.links(links, ord, into);
    Arrays.sort(into, 0, count);
    return count;
  }

  @Override
  public void close() throws IOException {
    IOUtils.close(links, memory);
  }
}
