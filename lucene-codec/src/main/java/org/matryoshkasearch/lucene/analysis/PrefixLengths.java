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
package org.matryoshkasearch.lucene.analysis;

import java.util.SortedSet;
import java.util.TreeSet;

/** Lengths of prefixes that are worth a try. */
public final class PrefixLengths {
  private static final int MOST_DIVISOR = 32;
  private static final int LEAST = 16;

  private PrefixLengths() {}

  /** Powers of two from a 32nd of the dims on, and no less than 16; a quarter, half and all. */
  public static SortedSet<Integer> defaults(int dims) {
    SortedSet<Integer> lengths = new TreeSet<>();
    int least = Math.max(LEAST, dims / MOST_DIVISOR);
    for (int power = 1; power <= dims / 2; power *= 2) {
      if (power >= least) {
        lengths.add(power);
      }
    }
    lengths.add(Math.ceilDiv(dims, 4));
    lengths.add(Math.ceilDiv(dims, 2));
    lengths.add(dims);
    return lengths;
  }
}
