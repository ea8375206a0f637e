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

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** What ought to be in the indexes: now, and at the last commit. */
final class Docs {
  private Map<Integer, Doc> now = new TreeMap<>();
  private Map<Integer, Doc> committed = Map.of();

  /**
   * A document that a search may find.
   *
   * @param id no other has
   * @param block number of the block it is in, of the document alone if it has no parent
   * @param tag one of a few letters
   * @param number 0 to 999
   * @param vectors by field, of those fields that it has
   */
  record Doc(int id, int block, String tag, int number, Map<VectorField, float[]> vectors) {}

  void add(List<Doc> block) {
    block.forEach(doc -> now.put(doc.id(), doc));
  }

  void removeIf(Predicate<Doc> which) {
    now.values().removeIf(which);
  }

  int size() {
    return now.size();
  }

  void commit() {
    committed = snapshot();
  }

  void rollback() {
    now = new TreeMap<>(committed);
  }

  /** What a reader that is opened now must show, by id. */
  Map<Integer, Doc> snapshot() {
    return new HashMap<>(now);
  }

  Collection<Doc> all() {
    return now.values();
  }
}
