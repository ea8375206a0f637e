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
package org.matryoshkasearch.lucene.search;

/** Measures the stages of one search, when there is someone who wants to know. */
final class StageWatch {

  /** Is told of each stage, in their order. */
  interface Listener {
    /**
     * A stage has ended.
     *
     * @param left the documents that it let pass, top-level numbers, ascending; not to be changed
     */
    void ended(StageStats stage, int[] left);
  }

  private final Listener listener;
  private long began;

  /** Null for a listener: nothing is measured. */
  StageWatch(Listener listener) {
    this.listener = listener;
  }

  /** Whether anyone listens. */
  boolean isOn() {
    return listener != null;
  }

  void begin() {
    if (isOn()) {
      began = System.nanoTime();
    }
  }

  /** What of the candidates was rescored, and how many hits are expected among the rest. */
  void expected(int in, int[] left, double misses) {
    if (isOn()) {
      listener.ended(
          new StageStats(StageStats.EXPECTED, 0, in, left.length, 0, 0, 0, misses), left);
    }
  }

  void end(String name, int dims, int in, int[] left, long nodesVisited, long fullVectorBytes) {
    if (isOn()) {
      long nanos = System.nanoTime() - began;
      listener.ended(
          new StageStats(name, dims, in, left.length, nodesVisited, nanos, fullVectorBytes, 0),
          left);
    }
  }
}
