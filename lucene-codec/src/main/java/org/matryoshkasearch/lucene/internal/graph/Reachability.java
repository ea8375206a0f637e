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

import java.io.IOException;
import java.util.Random;
import org.apache.lucene.util.FixedBitSet;

/** Sees to it that every node of a level can be reached from the one where searches enter it. */
final class Reachability {
  private static final int SAMPLE = 1000;
  private static final int DRAWS = 4 * SAMPLE;

  private final GraphVectors vectors;
  private final LevelLinks links;
  private final int most;
  private final FixedBitSet reached;
  private final int[] waiting;
  private final int[] read;
  private final Block block;
  private final Random random;
  private final int[] sample = new int[SAMPLE]; // of what is reached and has room for a link
  private int sampled;
  private int reachedCount;
  private int reachedAtSample;

  /**
   * @param most links that a node may have: one more than it has
   */
  Reachability(GraphVectors vectors, LevelLinks links, int most) throws IOException {
    this.vectors = vectors;
    this.links = links;
    this.most = most;
    this.reached = new FixedBitSet(links.size());
    this.waiting = new int[links.size()];
    this.read = new int[most];
    this.block = new Block(vectors.copy(), Nearness.DISTANCE, SAMPLE);
    this.random = new Random(links.size());
  }

  /**
   * Links what cannot be reached to the nearest of some nodes that can. One of those has room for
   * another link: each that is linked brings more room than it takes.
   */
  void ensure(int entry) throws IOException {
    visit(entry);
    for (int node = 0; node < vectors.size(); node++) {
      if (!reached.get(node)) {
        int from = nearest(node);
        links.add(from, node);
        if (links.count(node) < most - 1 && !links.has(node, from)) {
          links.add(node, from);
        }
        visit(node);
      }
    }
  }

  private void visit(int from) throws IOException {
    int count = 0;
    waiting[count++] = from;
    reached.set(from);
    reachedCount++;
    while (count > 0) {
      int node = waiting[--count];
      int linked = links.read(node, read);
      for (int i = 0; i < linked; i++) {
        if (!reached.getAndSet(read[i])) {
          reachedCount++;
          waiting[count++] = read[i];
        }
      }
    }
  }

  /** The nearest of a sample of what is reached that has room. */
  private int nearest(int node) throws IOException {
    if (reachedCount >= 2 * reachedAtSample) {
      drawSample();
    }
    int nearest = nearestOfSample(node);
    if (nearest < 0) {
      drawSample();
      nearest = nearestOfSample(node);
    }
    return nearest;
  }

  /** Or -1, if none has room any more. */
  private int nearestOfSample(int node) throws IOException {
    int[] nearest = {-1};
    block.compare(
        new int[] {node},
        0,
        1,
        (row, nearness, at) -> {
          float best = Float.NEGATIVE_INFINITY;
          for (int i = 0; i < sampled; i++) {
            if (nearness[at + i] > best && links.count(sample[i]) < most) {
              best = nearness[at + i];
              nearest[0] = sample[i];
            }
          }
        });
    return nearest[0];
  }

  private void drawSample() throws IOException {
    sampled = 0;
    for (int i = 0; i < DRAWS && sampled < SAMPLE; i++) {
      sample(random.nextInt(links.size()));
    }
    for (int node = 0; node < links.size() && sampled < SAMPLE / 10; node++) {
      sample(node); // few are reached, or hardly any has room
    }
    block.setColumns(sample, sampled);
    reachedAtSample = reachedCount;
  }

  private void sample(int node) {
    if (reached.get(node) && links.count(node) < most) {
      sample[sampled++] = node;
    }
  }
}
