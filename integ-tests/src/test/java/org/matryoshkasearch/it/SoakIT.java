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

import com.carrotsearch.randomizedtesting.RandomizedContext;
import com.carrotsearch.randomizedtesting.RandomizedRunner;
import com.carrotsearch.randomizedtesting.annotations.ThreadLeakScope;
import com.carrotsearch.randomizedtesting.annotations.TimeoutSuite;
import com.carrotsearch.randomizedtesting.generators.RandomNumbers;
import java.io.IOException;
import java.util.Locale;
import java.util.Random;
import org.junit.Test;
import org.junit.runner.RunWith;

/**
 * Random steps over HTTP beside an oracle: runs of some dozens of steps, each on an index and with
 * a seed of its own that a failure names.
 *
 * <p>{@code -Dtests.soak=2h} (or {@code 30m}, {@code 90s}) makes it go on for so long, {@code
 * -Dtests.soak.run=SEED} does one run again.
 */
@RunWith(RandomizedRunner.class)
@ThreadLeakScope(ThreadLeakScope.Scope.NONE) // the shared node outlives this suite
@TimeoutSuite(millis = Integer.MAX_VALUE)
public class SoakIT extends NodeTestCase {

  private static final int RUNS = 12;

  @Test
  public void testRandomSteps() throws Exception {
    String run = System.getProperty("tests.soak.run");
    SoakRecall recall = new SoakRecall();
    if (run != null) {
      run(Long.parseUnsignedLong(run, 16), recall);
      return;
    }
    Random seeds = RandomizedContext.current().getRandom();
    Soak soak = Soak.asked();
    for (int i = 0; Soak.goesOn(soak, i, RUNS); i++) {
      run(seeds.nextLong(), recall);
    }
    recall.check();
  }

  private static void run(long seed, SoakRecall recall) throws IOException {
    SoakLog log = new SoakLog();
    String name = String.format(Locale.ROOT, "%016X", seed);
    Random random = new Random(seed);
    try {
      new SoakRun(client(), "soak-" + name.toLowerCase(Locale.ROOT), random, log, recall)
          .go(RandomNumbers.randomIntBetween(random, 40, 120));
    } catch (IOException | AssertionError e) {
      throw new AssertionError(
          "again with -Dtests.soak.run=" + name + ", " + log.tell(name) + "\n" + e, e);
    }
  }
}
