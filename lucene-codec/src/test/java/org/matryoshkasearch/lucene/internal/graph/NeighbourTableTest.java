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

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.apache.lucene.tests.util.LuceneTestCase;

/** Against sorted lists. */
public class NeighbourTableTest extends LuceneTestCase {
  private record Offer(int node, float near) {}

  /** What is kept does not depend on the order of the offers, nor on how often one is made. */
  public void testKeepsTheNearest() {
    int size = 5000; // more than a page
    int capacity = 1 + random().nextInt(20);
    NeighbourTable neighbours = new NeighbourTable(0, size, capacity);
    int of = random().nextInt(size);
    List<Offer> offers = new ArrayList<>();
    for (int node = 0; node < 50; node++) {
      offers.add(new Offer(node, -random().nextInt(10)));
    }
    List<Offer> expected = new ArrayList<>(offers);
    expected.sort(
        Comparator.comparingDouble((Offer offer) -> -offer.near).thenComparingInt(Offer::node));
    offers.addAll(List.copyOf(offers));
    Collections.shuffle(offers, random());
    for (int from = 0; from < offers.size(); ) {
      int to = Math.min(offers.size(), from + 1 + random().nextInt(20));
      offer(neighbours, of, offers.subList(from, to));
      from = to;
    }
    assertEquals(capacity, neighbours.count(of));
    for (int i = 0; i < capacity; i++) {
      assertEquals(expected.get(i), new Offer(neighbours.node(of, i), neighbours.nearness(of, i)));
    }
    assertEquals(expected.get(capacity - 1).near, neighbours.least(of), 0);
    for (int other = 0; other < size; other++) {
      assertEquals(other == of ? capacity : 0, neighbours.count(other));
    }
  }

  /** One by one, or at once those that differ. */
  private static void offer(NeighbourTable neighbours, int of, List<Offer> offers) {
    if (random().nextBoolean()) {
      for (Offer offer : offers) {
        neighbours.offer(of, offer.node, offer.near);
      }
    } else {
      NeighbourTable.Offers atOnce =
          new NeighbourTable.Offers(offers.size(), neighbours.capacity());
      for (Offer offer : Set.copyOf(offers)) {
        atOnce.add(offer.node, offer.near);
      }
      neighbours.offer(of, atOnce);
    }
  }

  public void testOffersBehindThoseChosen() {
    NeighbourTable neighbours = new NeighbourTable(0, 3, 4);
    neighbours.offer(1, 10, -5);
    neighbours.offer(1, 11, -6);
    neighbours.offer(1, 2, 20, -1);
    neighbours.offer(1, 2, 21, -2);
    neighbours.offer(1, 2, 22, 0);
    neighbours.offer(1, 2, 23, -3);
    int[] nodes = new int[neighbours.count(1)];
    for (int i = 0; i < nodes.length; i++) {
      nodes[i] = neighbours.node(1, i);
    }
    assertArrayEquals(new int[] {10, 11, 22, 20}, nodes);
    assertTrue(neighbours.has(1, 11, 2));
    assertFalse(neighbours.has(1, 22, 2));
    neighbours.replace(1, new int[] {22, 10, 30}, new float[] {0, -5, -7}, 2);
    assertEquals(2, neighbours.count(1));
    assertEquals(22, neighbours.node(1, 0));
    assertEquals(10, neighbours.node(1, 1));
    assertEquals(-5, neighbours.nearness(1, 1), 0);
  }
}
