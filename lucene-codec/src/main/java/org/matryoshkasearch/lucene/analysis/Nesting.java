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

import java.util.Locale;

/** Whether the leading dimensions of vectors carry more than others: those of a nested model do. */
public enum Nesting {
  /**
   * Prefixes carry more of what tells vectors apart, and find more neighbours, than as many other
   * dimensions: choose the prefix by the recall that it gives.
   */
  NESTED,

  /**
   * The dimensions have an order, but it helps a search little: a prefix works about as well as as
   * many other dimensions. Trust the measured recall, and allow for more rescored rows.
   */
  WEAKLY_NESTED,

  /**
   * A prefix is no better than as many dimensions drawn by lot. Enough rescored rows may hide that,
   * but a longer prefix or compact codes of whole vectors serve such a model better.
   */
  NOT_NESTED,

  /** The vectors do not tell: there are too few of them, or too few dimensions, or no order. */
  UNSURE;

  /** The word in lower case, as in {@code not-nested}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
