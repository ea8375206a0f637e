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
package org.matryoshkasearch.lucene.soak;

import java.util.Set;

/**
 * What the random test keeps away from, because it is known to fail. An entry goes when what it
 * stands for is mended; when all are gone, this class goes.
 */
final class KnownFaults {
  private KnownFaults() {}

  /** D1: a writer that gives Lucene's format merges segments of ours, which it takes graphs of. */
  static final boolean STOCK_FORMAT_MERGES_OURS = true;

  /** D4: how many times as long as the others an outlier may be; 1e25 when mended. */
  static final float LONGEST = 1e4f;

  /** D2, D3, D6, D7 and the data named below them: what is not compared with the twin. */
  static final Set<String> FINDS_LESS =
      Set.of(
          Recalls.FEW_CANDIDATES,
          Shape.OUTLIERS.name(),
          Shape.COPIES.name(),
          Shape.OFFSET.name(),
          Shape.SMALL_CLUSTERS.name(),
          Shape.GAUSSIAN.name(),
          Shape.GAP.name());

  /** D5: wrapped readers whose values do not hand on {@code rescorer}. */
  static final boolean READERS_HIDE_RESCORER = true;

  /** D8: targets whose prefix is all zero. */
  static final boolean TARGETS_WITHOUT_PREFIX = true;
}
