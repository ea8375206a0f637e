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
package org.matryoshkasearch.benchmarks.measure;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.Test;
import org.matryoshkasearch.benchmarks.index.Search;

public class MeasureTest {

  private static Point point(int candidates, double recall) {
    return new Point(candidates, 1, recall, 0, null);
  }

  private static Result result(Point... points) {
    return new Result(null, null, null, false, 1, 0, 0, List.of(points));
  }

  @Test
  public void testTimesOfARound() {
    long[] nanos = new long[200];
    for (int i = 0; i < nanos.length; i++) {
      nanos[i] = 1000L * (nanos.length - i); // 1 to 200 us
    }
    Times times = Times.of(nanos);
    assertEquals(100, times.p50Micros(), 0);
    assertEquals(198, times.p99Micros(), 0);
    assertEquals(1e9 / 100_500, times.queriesPerSecond(), 1e-6);
  }

  @Test
  public void testMedianIsARoundThatWas() {
    Times slow = new Times(10, 1, 2);
    Times middle = new Times(20, 3, 4);
    Times fast = new Times(30, 5, 6);
    assertEquals(middle, Times.median(List.of(fast, slow, middle)));
    assertEquals(slow, Times.median(List.of(fast, slow)));
    assertEquals(fast, Times.best(List.of(slow, fast, middle)));
    assertEquals(50_000, middle.meanMicros(), 1e-6);
    assertEquals(fast, Times.median(List.of(fast)));
  }

  @Test
  public void testFirstSettingThatReachesTheTarget() {
    List<Point> points = List.of(point(10, 0.9), point(20, 0.99), point(30, 0.98), point(40, 1));
    assertEquals(20, Point.firstWith(0.99, points).candidates());
    assertEquals(40, Point.firstWith(0.995, points).candidates());
    assertEquals(10, Point.firstWith(0.99, List.of(point(10, 0.5))).candidates());
  }

  private static Point timed(int candidates, double rescored, double recall, double speed) {
    return new Point(candidates, rescored, recall, 0, new Times(speed, 0, 0));
  }

  @Test
  public void testFasterWayIsJudged() {
    Point all = timed(20, 1, 0.992, 500);
    Point half = timed(30, 0.5, 0.99, 600);
    Point fasterButTooFew = timed(20, 0.5, 0.98, 900);
    Result result =
        result(timed(10, 1, 0.9, 800), all, timed(30, 1, 1, 700), fasterButTooFew, half);
    assertEquals(half, result.best(0.99));
    assertEquals(timed(30, 1, 1, 700), result.best(0.999));
    assertEquals(all, result(all, timed(40, 0.5, 0.9, 900)).best(0.999));
  }

  @Test
  public void testFrontierLeavesOutWhatIsBeatenInBoth() {
    Point slow = timed(30, 1, 0.99, 600);
    Point fast = timed(10, 0.5, 0.95, 900);
    Point beaten = timed(20, 1, 0.97, 500);
    assertEquals(List.of(fast, slow), result(slow, beaten, fast).frontier());
  }

  @Test
  public void testOnlySettingsWorthTimingAreKept() {
    Point far = point(10, 0.5);
    Point low = point(20, 0.91);
    Point mid = point(30, 0.95);
    Point near = point(40, 0.98);
    Point reached = point(50, 0.99);
    List<Point> all = List.of(far, low, mid, near, reached);
    assertEquals(List.of(low, mid, near, reached), Recalls.worthTiming(all, false));
    assertEquals(List.of(mid, near, reached), Recalls.worthTiming(all, true));
    assertEquals(List.of(far), Recalls.worthTiming(List.of(far), true));
  }

  @Test
  public void testWhatNoMoreCandidatesHelp() {
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      points.add(point(10 + i, 0.945 + i * 1e-5));
      assertFalse(Recalls.stuck(points));
    }
    assertFalse(Recalls.stuck(append(points, point(30, 0.95))));
    assertTrue(Recalls.stuck(append(points, point(30, 0.9455))));
  }

  private static List<Point> append(List<Point> points, Point last) {
    return Stream.concat(points.stream(), Stream.of(last)).toList();
  }

  /** Knows which threads asked, and when two of them did so at the same time. */
  private static class Asked implements Search {
    private final Set<Long> threads = ConcurrentHashMap.newKeySet();
    final CountDownLatch two = new CountDownLatch(2);
    private final AtomicInteger searches = new AtomicInteger();

    @Override
    public int[] search(float[] query, int k, int candidates) {
      searches.incrementAndGet();
      if (threads.add(Thread.currentThread().threadId())) {
        two.countDown();
      }
      return new int[] {1};
    }

    @Override
    public double rescored() {
      return 0;
    }
  }

  private static Times rounds(Search search, int threads) throws IOException {
    Rounds rounds = new Rounds(new float[50][], 10, 3, Times::median, threads);
    rounds.add(result(point(10, 0.99)), List.of(search));
    assertEquals(3, rounds.turns());
    return rounds.run(turns -> {}).get(0).points().get(0).times();
  }

  @Test
  public void testOneThread() throws IOException {
    Asked asked = new Asked();
    assertTrue(rounds(asked, 1).queriesPerSecond() > 0);
    assertEquals(Set.of(Thread.currentThread().threadId()), asked.threads);
    assertEquals("an untimed turn before each", 50 * 2 * 3, asked.searches.get());
  }

  @Test
  public void testManyThreads() throws IOException {
    Asked asked =
        new Asked() {
          @Override
          public int[] search(float[] query, int k, int candidates) {
            int[] found = super.search(query, k, candidates);
            try {
              assertTrue("alone", two.await(1, TimeUnit.MINUTES));
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
            return found;
          }
        };
    assertTrue(rounds(asked, 2).queriesPerSecond() > 0);
    assertFalse(asked.threads.contains(Thread.currentThread().threadId()));
    assertEquals("each query once a pass", 50 * 2 * 3, asked.searches.get());
  }

  @Test
  public void testTimesOfManyAtOnce() {
    Times times = Times.of(new long[] {3_000_000, 1_000_000, 2_000_000, 2_000_000}, 4_000_000);
    assertEquals(1000, times.queriesPerSecond(), 1e-9);
    assertEquals(2000, times.p50Micros(), 0);
    assertEquals(3000, times.p99Micros(), 0);
  }
}
