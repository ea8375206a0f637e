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

import java.io.IOException;

/** Hears how far an analysis has come, and may end it. */
@FunctionalInterface
public interface AnalysisProgress {
  /** Hears nothing. */
  AnalysisProgress NONE = share -> {};

  /**
   * Called again and again, many times a second, by one thread at a time though not always the
   * same. What it throws ends the analysis: so it is cancelled.
   *
   * @param share of all work that has been done, from 0 to 1; it never falls
   */
  void report(double share) throws IOException;
}
