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

import org.apache.lucene.index.QueryTimeout;

/** The time that a search may take, and whether it left anything out for it. */
final class TimeLimit {
  private final QueryTimeout timeout;
  private volatile boolean leftOut;

  /** Null for a timeout: there is no limit. */
  TimeLimit(QueryTimeout timeout) {
    this.timeout = timeout;
  }

  /** Whether the rest, of which there is some, must be left out. */
  boolean leavesOutRest() {
    if (timeout != null && timeout.shouldExit()) {
      leftOut = true;
    }
    return leftOut;
  }

  /** Lucene left something out: it says so also where it counted no further, without a limit. */
  void leftOutByLucene() {
    leftOut = timeout != null;
  }

  /** Whether anything was left out. */
  boolean leftOut() {
    return leftOut;
  }
}
