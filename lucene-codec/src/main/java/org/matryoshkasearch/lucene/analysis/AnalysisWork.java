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
import org.matryoshkasearch.lucene.internal.graph.Workers;

/** Shares the parts of an analysis among threads, and tells how many of them are done. */
final class AnalysisWork {
  private final Workers workers;
  private final AnalysisProgress progress;
  private long expected = 1;
  private long done;

  AnalysisWork(Workers workers, AnalysisProgress progress) {
    this.workers = workers;
    this.progress = progress;
  }

  /** Sets how many parts there will be, about. */
  void expect(long parts) {
    expected = Math.max(1, parts);
  }

  /** Does all parts, each once. */
  void run(int parts, Workers.Hiring hiring) throws IOException {
    run(parts, hiring, 1);
  }

  /** Does parts that are not counted, as they take little time; each may end the analysis. */
  void runUntold(int parts, Workers.Hiring hiring) throws IOException {
    run(parts, hiring, 0);
  }

  private void run(int parts, Workers.Hiring hiring, int counted) throws IOException {
    workers.run(
        parts,
        () -> {
          Workers.Worker worker = hiring.hire();
          return part -> {
            worker.run(part);
            tell(counted);
          };
        });
  }

  /** Tells again how much is done, so that the analysis may be ended here. */
  void check() throws IOException {
    tell(0);
  }

  private synchronized void tell(int parts) throws IOException {
    done += parts;
    progress.report(Math.min(1, (double) done / expected));
  }

  /** Nothing is left to do. */
  synchronized void finish() throws IOException {
    done = Math.max(done, expected);
    progress.report(1);
  }
}
