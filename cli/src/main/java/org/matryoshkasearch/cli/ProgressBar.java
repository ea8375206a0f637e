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
package org.matryoshkasearch.cli;

import java.util.Locale;

/**
 * Shows how far a piece of work has come: on a terminal as a bar in one line that is drawn again
 * and again, elsewhere as a line at the start, at each quarter and at the end.
 */
public final class ProgressBar implements AutoCloseable {

  private static final int WIDTH = 30;
  private static final long REDRAW_NANOS = 100_000_000;
  private static final String BACK_AND_CLEAR = "\r\033[K";

  private final Screen screen;
  private final String label;
  private final long total;
  private final long start = System.nanoTime();
  private long drawn = start;
  private long done = 0;
  private int quarter = 0;

  /**
   * Shows the label at once.
   *
   * @param total of what there is to do; 0 or less if nobody knows
   */
  public ProgressBar(Screen screen, String label, long total) {
    this.screen = screen;
    this.label = label;
    this.total = total;
    if (screen.redraw()) {
      draw();
    } else {
      screen.err().println(label);
    }
  }

  /** Shows that time passes where there is nothing to count. */
  public void tick() {
    update(done);
  }

  /** Shows how much has been done. */
  public void update(long nowDone) {
    done = nowDone;
    if (screen.redraw()) {
      if (System.nanoTime() - drawn >= REDRAW_NANOS) {
        draw();
      }
    } else if (total > 0) {
      int reached = (int) (4 * done / total);
      if (reached > quarter && reached < 4) {
        screen.err().println("  " + 25 * reached + "%");
      }
      quarter = Math.max(quarter, reached);
    }
  }

  private void draw() {
    drawn = System.nanoTime();
    screen.err().print(BACK_AND_CLEAR + label + " " + (total > 0 ? bar() : seconds()));
    screen.err().flush();
  }

  private String bar() {
    int filled = (int) Math.min(WIDTH, WIDTH * done / total);
    String bar = "#".repeat(filled) + ".".repeat(WIDTH - filled);
    return String.format(Locale.ROOT, "[%s] %,d of %,d", bar, done, total);
  }

  private String seconds() {
    double seconds = (System.nanoTime() - start) / 1e9;
    String count = done > 0 ? String.format(Locale.ROOT, "%,d in ", done) : "";
    return String.format(Locale.ROOT, "%s%.1f s", count, seconds);
  }

  /** Ends the line, saying how long the work took. */
  @Override
  public void close() {
    if (screen.redraw()) {
      screen.err().println(BACK_AND_CLEAR + label + " " + seconds());
    } else {
      screen.err().println("  " + seconds());
    }
  }
}
