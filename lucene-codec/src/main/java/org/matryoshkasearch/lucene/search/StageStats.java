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

/**
 * What one stage of a search did, over all segments. What is counted are vectors; in blocks, those
 * of children.
 *
 * <p>The stages of a search are, in their order: {@link #GRAPH} (with a target recall once more for
 * each time that candidates turned out to be too few), or {@link #ALL} where there are so few
 * vectors to choose from that none needs to be chosen; each {@link #FUNNEL} stage that had anything
 * to leave out; with a target recall {@link #EXPECTED}, if all candidates need not be rescored;
 * {@link #FULL}.
 *
 * @param name which stage, one of the constants
 * @param dims how many leading dimensions it compared; none in {@link #ALL}
 * @param in the vectors that it began with: candidates, or all of the field for the first stage
 * @param out the vectors that it let pass: candidates, or hits for the last stage
 * @param nodesVisited nodes of the graphs that were compared, or where Lucene found it cheaper to
 *     do without graphs the vectors that match the filter; 0 in later stages
 * @param nanos the time it took on the clock
 * @param fullVectorBytes the bytes of stored full vectors that it read to rank candidates; what the
 *     graph reads is not counted, though prefixes of float32 lie in the same rows
 * @param expectedMisses how many hits are expected among what {@link #EXPECTED} left out; 0 in
 *     other stages
 */
public record StageStats(
    String name,
    int dims,
    int in,
    int out,
    long nodesVisited,
    long nanos,
    long fullVectorBytes,
    double expectedMisses) {

  /** Candidates found by their prefixes, the best of which go on. */
  public static final String GRAPH = "graph";

  /** Everything that matches the filter, taken as it is. */
  public static final String ALL = "all";

  /** Candidates narrowed by more dimensions. */
  public static final String FUNNEL = "funnel";

  /** With a target recall, candidates among which hits are expected. */
  public static final String EXPECTED = "expected";

  /** Candidates ranked by as many dimensions as the target has. */
  public static final String FULL = "full";
}
