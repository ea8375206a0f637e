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
package org.matryoshkasearch.it;

import java.time.Duration;
import org.junit.Assume;

/**
 * How long the long form of a test goes on: {@code -Dtests.soak=2h}, {@code 30m} or {@code 90s}.
 */
final class Soak {

  private final long end;

  private Soak(long end) {
    this.end = end;
  }

  /** The long form that the build was asked for, or null for the short one. */
  static Soak asked() {
    String soak = System.getProperty("tests.soak");
    return soak == null
        ? null
        : new Soak(System.nanoTime() + Duration.parse("PT" + soak).toNanos());
  }

  /** Skips a test that does to the machine what only those want who asked for it. */
  static void assumeAsked() {
    Assume.assumeTrue("-Dtests.soak=10m", System.getProperty("tests.soak") != null);
  }

  /** Whether the time is over. */
  boolean over() {
    return System.nanoTime() >= end;
  }

  /**
   * Whether a test goes on.
   *
   * @param soak the long form, or null
   * @param done how often it was done
   * @param times how often the short form does it
   */
  static boolean goesOn(Soak soak, int done, int times) {
    return soak == null ? done < times : !soak.over();
  }
}
