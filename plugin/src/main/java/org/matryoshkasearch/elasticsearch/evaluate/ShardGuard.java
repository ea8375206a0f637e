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
package org.matryoshkasearch.elasticsearch.evaluate;

import org.elasticsearch.ElasticsearchTimeoutException;
import org.elasticsearch.common.breaker.CircuitBreaker;
import org.elasticsearch.core.Releasable;
import org.elasticsearch.core.TimeValue;

/** Ends the evaluation of a shard that takes too long or too much memory, or is not wanted. */
final class ShardGuard implements Releasable {
  private final EvaluateTask task;
  private final CircuitBreaker breaker;
  private final Evaluation evaluation;
  private final long start = System.nanoTime();
  private long taken;

  ShardGuard(EvaluateTask task, CircuitBreaker breaker, Evaluation evaluation) {
    this.task = task;
    this.breaker = breaker;
    this.evaluation = evaluation;
  }

  /** Called again and again by each phase. */
  void report(String phase, double share) {
    task.setProgress(phase, share);
    check();
  }

  /** Whether to go on: throws if not. */
  void check() {
    task.ensureNotCancelled();
    if (System.nanoTime() - start > evaluation.timeout().nanos()) {
      EvaluateTask.Progress progress = task.getStatus();
      throw new ElasticsearchTimeoutException(
          "evaluate of field ["
              + evaluation.field()
              + "] did not end within [timeout] of ["
              + evaluation.timeout()
              + "]: at ["
              + Math.round(100 * progress.share())
              + "%] of ["
              + progress.phase()
              + "] after ["
              + TimeValue.timeValueNanos(System.nanoTime() - start)
              + "]. Take fewer queries, settings or max_documents, or a filter");
    }
  }

  /** Memory that is needed until the end. */
  void take(long bytes) {
    breaker.addEstimateBytesAndMaybeBreak(
        bytes, "matryoshka evaluate of field [" + evaluation.field() + "]");
    taken += bytes;
  }

  @Override
  public void close() {
    breaker.addWithoutBreaking(-taken);
  }
}
