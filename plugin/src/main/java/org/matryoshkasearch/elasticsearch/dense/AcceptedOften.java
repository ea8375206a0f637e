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
package org.matryoshkasearch.elasticsearch.dense;

import java.io.IOException;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.Bits;

/** Accepted documents that several searches can use: how many there are may be asked but once. */
final class AcceptedOften extends AcceptDocs {
  private final AcceptDocs in;
  private final int cost;

  AcceptedOften(AcceptDocs in) throws IOException {
    this.in = in;
    this.cost = in.cost();
  }

  @Override
  public Bits bits() throws IOException {
    return in.bits();
  }

  @Override
  public DocIdSetIterator iterator() throws IOException {
    return in.iterator();
  }

  @Override
  public int cost() {
    return cost;
  }
}
