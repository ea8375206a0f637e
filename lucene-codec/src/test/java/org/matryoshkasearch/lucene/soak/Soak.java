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

import java.time.Duration;

/** Repeats what is random: some times, or as long as {@code -Dtests.soak=2h} says. */
public final class Soak {
  private Soak() {}

  /** What is repeated. */
  public interface Step {
    void run() throws Exception;
  }

  /** Whether the long form is asked for. */
  public static boolean isAsked() {
    return System.getProperty("tests.soak") != null;
  }

  /**
   * Does a step over and over.
   *
   * @param times in the short form
   */
  public static void repeat(int times, Step step) throws Exception {
    long end = isAsked() ? System.nanoTime() + nanos() : 0;
    for (int i = 0; isAsked() ? System.nanoTime() < end : i < times; i++) {
      step.run();
    }
  }

  /** Of {@code 2h}, {@code 30m} or {@code 90s}. */
  private static long nanos() {
    return Duration.parse("PT" + System.getProperty("tests.soak")).toNanos();
  }
}
