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

import java.util.Locale;

/** The limits of what a {@link MatryoshkaKnnQuery} may ask for. */
final class QueryChecks {
  private QueryChecks() {}

  /**
   * Checks that a target has dimensions, all of them finite.
   *
   * @throws IllegalArgumentException if it is otherwise
   */
  static void checkTarget(String field, float[] target) {
    check(target.length > 0, "the target for field [%s] must have dimensions", field);
    for (int i = 0; i < target.length; i++) {
      check(
          Float.isFinite(target[i]),
          "the target for field [%s] must have finite components, [%d] is [%s]",
          field,
          i,
          target[i]);
    }
  }

  /**
   * @throws IllegalArgumentException with the message, if it does not hold
   */
  static void check(boolean holds, String message, Object... values) {
    if (!holds) {
      throw new IllegalArgumentException(String.format(Locale.ROOT, message, values));
    }
  }
}
