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

import com.carrotsearch.randomizedtesting.RandomizedContext;
import com.carrotsearch.randomizedtesting.annotations.TimeoutSuite;
import java.util.List;
import java.util.Locale;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;

/**
 * Random steps on indexes of random shape beside an oracle: runs of some hundred steps, each with a
 * seed of its own that a failure names.
 *
 * <p>{@code -Dtests.soak=2h} (or {@code 30m}, {@code 90s}) makes it go on for so long, {@code
 * -Dtests.soak.run=SEED} does one run again.
 */
@TimeoutSuite(millis = Integer.MAX_VALUE)
public class SoakTest extends LuceneTestCase {
  private static final int RUNS = 12;

  public void testRandomSteps() throws Exception {
    String run = System.getProperty("tests.soak.run");
    Recalls recalls = new Recalls();
    if (run != null) {
      run(Long.parseUnsignedLong(run, 16), recalls);
      return;
    }
    Soak.repeat(RUNS, () -> run(random().nextLong(), recalls));
    StepLog.write("recall", List.of(recalls.toString()));
    recalls.check();
  }

  private static void run(long seed, Recalls recalls) throws Exception {
    StepLog log = new StepLog();
    String name = String.format(Locale.ROOT, "%016X", seed);
    try {
      RandomizedContext.current()
          .runWithPrivateRandomness(
              seed,
              () -> {
                new Run(log, recalls).go(TestUtil.nextInt(random(), 50, 200));
                return null;
              });
    } catch (Exception | AssertionError | StackOverflowError | OutOfMemoryError e) {
      throw new AssertionError(
          "again with -Dtests.soak.run=" + name + ", " + log.tell(name) + "\n" + e, e);
    }
  }
}
