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

/** The ordinals that a search has visited: a bit each, or a hash set where they are few of many. */
final class VisitedOrds {
  /** Of so many, at least, a search has a bit each: to clear these costs next to nothing. */
  static final int MOST_BITS = 1 << 17;

  private static final int HASH = 0x9E3779B1; // 2^32 over the golden ratio: neighbours part

  private final long[] bits; // null with slots
  private int[] slots; // an ordinal plus one, or 0
  private int shift;
  private int size;

  /**
   * @param size ordinals are below it
   * @param expected how many there may be before it grows
   */
  VisitedOrds(int size, int expected) {
    int slotsBits = 2 * Integer.SIZE * expected;
    if (size <= Math.max(slotsBits, MOST_BITS)) {
      bits = new long[(size + Long.SIZE - 1) / Long.SIZE];
    } else {
      bits = null;
      allocate(2 * Math.max(expected, Integer.SIZE));
    }
  }

  private void allocate(int least) {
    int bits = Integer.SIZE - Integer.numberOfLeadingZeros(least - 1);
    slots = new int[1 << bits];
    shift = Integer.SIZE - bits;
    size = 0;
  }

  /** Adds an ordinal; whether it was not there yet. */
  boolean add(int ord) {
    return bits == null ? addSlot(ord) : addBit(ord);
  }

  private boolean addBit(int ord) {
    long word = bits[ord >> 6];
    long bit = 1L << ord;
    bits[ord >> 6] = word | bit;
    return (word & bit) == 0;
  }

  private boolean addSlot(int ord) {
    int key = ord + 1;
    int slot = (key * HASH) >>> shift;
    while (slots[slot] != 0) {
      if (slots[slot] == key) {
        return false;
      }
      slot = (slot + 1) & (slots.length - 1);
    }
    slots[slot] = key;
    if (++size * 2 > slots.length) {
      grow();
    }
    return true;
  }

  private void grow() {
    int[] before = slots;
    allocate(before.length * 2);
    for (int key : before) {
      if (key != 0) {
        addSlot(key - 1);
      }
    }
  }
}
