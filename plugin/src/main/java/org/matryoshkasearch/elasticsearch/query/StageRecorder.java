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
package org.matryoshkasearch.elasticsearch.query;

import java.util.List;
import java.util.function.Consumer;
import org.matryoshkasearch.lucene.search.StageStats;

/** Remembers what the stages of a query did when it was last run, for the profile of a search. */
public final class StageRecorder implements Consumer<List<StageStats>> {
  private volatile List<StageStats> stages = List.of();

  StageRecorder() {}

  @Override
  public void accept(List<StageStats> ofLastRun) {
    stages = ofLastRun;
  }

  /** Those of the last run; empty before, and where there was nothing to search. */
  public List<StageStats> stages() {
    return stages;
  }
}
