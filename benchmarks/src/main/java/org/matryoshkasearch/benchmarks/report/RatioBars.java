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
package org.matryoshkasearch.benchmarks.report;

import java.util.List;
import java.util.Locale;

/** Ratios as bars from a line at 1, as SVG: to the right is better. On a logarithmic scale. */
public final class RatioBars {

  private static final int WIDTH = 980;
  private static final int LEFT = 320; // what is left of it are names
  private static final int RIGHT = 890; // what is right of it are numbers of the longest bars
  private static final int TOP = 92;
  private static final int BAR = 11;
  private static final int GAP = 9;
  private static final int BELOW = 46;
  private static final String BETTER = "#1a7f37";
  private static final String WORSE = "#b35900";
  private static final double[] TICKS = {0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100};
  private static final double LEAST = 0.5; // ends of the scale, where no bar is longer
  private static final double MOST = 2;

  /**
   * The ratios of one thing that was measured.
   *
   * @param ratios in the order of {@link RatioBars}'s labels: 0 where only the other side has a
   *     value, infinite where only this one has, NaN where none has
   */
  public record Bar(String name, List<Double> ratios) {}

  private final String title;
  private final String subtitle;
  private final List<String> labels;
  private final List<Bar> bars;
  private final double least;
  private final double most;
  private final StringBuilder svg = new StringBuilder();

  /**
   * @param title what was measured
   * @param subtitle how to read it
   * @param labels what each ratio of a bar is of
   */
  public RatioBars(String title, String subtitle, List<String> labels, List<Bar> bars) {
    this.title = title;
    this.subtitle = subtitle;
    this.labels = List.copyOf(labels);
    this.bars = List.copyOf(bars);
    double[] finite =
        bars.stream()
            .flatMap(bar -> bar.ratios().stream())
            .mapToDouble(Double::doubleValue)
            .filter(ratio -> ratio > 0 && Double.isFinite(ratio))
            .toArray();
    double low = LEAST;
    double high = MOST;
    for (double ratio : finite) {
      low = Math.min(low, ratio);
      high = Math.max(high, ratio);
    }
    this.least = low;
    this.most = high;
  }

  /** The whole picture. */
  public String svg() {
    int height = TOP + bars.size() * (BAR * labels.size() + GAP) + BELOW;
    add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
            + " font-family=\"sans-serif\" font-size=\"12\">",
        WIDTH, height);
    add("<rect width=\"%d\" height=\"%d\" fill=\"white\"/>", WIDTH, height);
    add("<text x=\"20\" y=\"28\" font-size=\"17\">%s</text>", Plot.escape(title));
    add("<text x=\"20\" y=\"50\" fill=\"#555\">%s</text>", Plot.escape(subtitle));
    int bottom = height - BELOW + GAP;
    for (double tick : TICKS) {
      if (tick >= least && tick <= most) {
        tick(tick, bottom);
      }
    }
    add("<text x=\"%.1f\" y=\"%d\" fill=\"%s\">faster →</text>", x(1) + 14, TOP - 12, BETTER);
    add(
        "<text x=\"%.1f\" y=\"%d\" fill=\"%s\" text-anchor=\"end\">← slower</text>",
        x(1) - 14, TOP - 12, WORSE);
    int y = TOP;
    for (Bar bar : bars) {
      int middle = y + BAR * labels.size() / 2 + 4;
      add(
          "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>",
          LEFT - 50, middle, Plot.escape(bar.name()));
      for (int i = 0; i < labels.size(); i++) {
        bar(bar.ratios().get(i), i, y + i * BAR);
      }
      y += BAR * labels.size() + GAP;
    }
    svg.append("</svg>\n");
    return svg.toString();
  }

  private void tick(double value, int bottom) {
    add(
        "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"%s\"/>",
        x(value), TOP - 6, x(value), bottom, value == 1 ? "#000" : "#ddd");
    String text =
        value == 1
            ? "as fast"
            : value < 1 ? String.valueOf(value) : String.format(Locale.ROOT, "%.0f ×", value);
    add("<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>", x(value), bottom + 18, text);
  }

  private void bar(double ratio, int which, int y) {
    int line = y + BAR - 2;
    add(
        "<text x=\"%d\" y=\"%d\" font-size=\"9\" fill=\"#777\" text-anchor=\"end\">%s</text>",
        LEFT - 8, line, Plot.escape(labels.get(which)));
    if (Double.isNaN(ratio)) {
      text(x(1) + 4, line, "start", "no one reaches it");
      return;
    }
    double end = x(ratio);
    add(
        "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\" fill-opacity=\"%s\"/>",
        Math.min(end, x(1)),
        y,
        Math.max(1, Math.abs(end - x(1))),
        BAR - 1,
        ratio < 1 ? WORSE : BETTER,
        which == 0 ? "0.55" : "0.9");
    if (Double.isInfinite(ratio)) {
      text(end + 4, line, "start", "only here");
    } else if (ratio == 0) {
      text(x(1) + 4, line, "start", "not reached");
    } else if (ratio < 1) {
      text(x(1) + 4, line, "start", String.format(Locale.ROOT, "%.2f", ratio));
    } else {
      text(end + 4, line, "start", String.format(Locale.ROOT, "%.2f", ratio));
    }
  }

  private void text(double x, int y, String anchor, String text) {
    add(
        "<text x=\"%.1f\" y=\"%d\" font-size=\"10\" text-anchor=\"%s\">%s</text>",
        x, y, anchor, text);
  }

  private double x(double ratio) {
    double inside = Math.clamp(ratio, least, most);
    return LEFT + Math.log(inside / least) / Math.log(most / least) * (RIGHT - LEFT);
  }

  private void add(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
