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

import java.util.Arrays;
import org.apache.lucene.search.DocIdSetIterator;

/** The documents of one leaf in a part of an ascending array of top-level document numbers. */
final class DocsIterator extends DocIdSetIterator {
  private final int[] docs;
  private final int from;
  private final int to;
  private final int docBase;
  private int at;

  DocsIterator(int[] docs, int from, int to, int docBase) {
    this.docs = docs;
    this.from = from;
    this.to = to;
    this.docBase = docBase;
    this.at = from - 1;
  }

  /** Where in the array the leaf's documents begin. */
  int from() {
    return from;
  }

  /** Where in the array they end. */
  int to() {
    return to;
  }

  /** The same documents, from the first. */
  DocsIterator again() {
    return new DocsIterator(docs, from, to, docBase);
  }

  /** Where in the array the current document is. */
  int index() {
    return at;
  }

  @Override
  public int docID() {
    if (at < from) {
      return -1;
    }
    return at < to ? docs[at] - docBase : NO_MORE_DOCS;
  }

  @Override
  public int nextDoc() {
    at++;
    return docID();
  }

  @Override
  public int advance(int target) {
    if (target == NO_MORE_DOCS) {
      at = to;
      return NO_MORE_DOCS;
    }
    int found = Arrays.binarySearch(docs, at + 1, to, target + docBase);
    at = found >= 0 ? found : -1 - found;
    return docID();
  }

  @Override
  public long cost() {
    return (long) to - from;
  }
}
