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

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.matryoshkasearch.benchmarks.index.Contender.Family;
import org.matryoshkasearch.benchmarks.measure.Point;

/** Recall against queries a second as SVG: further up is faster, further right finds more. */
public final class Plot {

  private static final int WIDTH = 1080;
  private static final int LEFT = 80;
  private static final int RIGHT = 780; // what is right of it is the legend's
  private static final int TOP = 50;
  private static final int LINE = 18;
  private static final int LEGEND = RIGHT + 25;
  private static final int LEAST_HEIGHT = 560;
  private static final double FIRST_RECALL = 0.9;
  private static final double LAST_RECALL = 0.9995; // what is beyond it is drawn there
  private static final double[] RECALLS = {0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999};

  /** A colour a family, and shades of it: contenders of a family are told apart by the marks. */
  private static final Map<Family, String> COLOURS =
      Map.of(
          Family.LUCENE, "#1f77b4",
          Family.LUCENE_PREFIX, "#7f7f7f",
          Family.ELASTICSEARCH, "#e6a700",
          Family.JVECTOR, "#9467bd",
          Family.MATRYOSHKA, "#d62728");

  private static final List<String> DASHES = List.of("none", "6,3", "2,3", "8,3,2,3");

  /**
   * The settings of a contender, timed.
   *
   * @param name for the legend
   * @param family whose it is, which gives the colour
   */
  public record Curve(String name, Family family, List<Point> points) {}

  private final String title;
  private final String load;
  private final List<Curve> curves;
  private final int bottom;
  private final double slowest;
  private final double fastest;
  private final StringBuilder svg = new StringBuilder();

  /**
   * @param title what was measured
   * @param load how many search at the same time, as in "one thread"
   */
  public Plot(String title, String load, List<Curve> curves) {
    this.title = title;
    this.load = load;
    this.curves = List.copyOf(curves);
    this.bottom = Math.max(LEAST_HEIGHT, TOP + LINE * (curves.size() + 1)) - 60;
    double[] speeds =
        curves.stream()
            .flatMap(curve -> curve.points().stream())
            .mapToDouble(point -> point.times().queriesPerSecond())
            .toArray();
    double least = Double.POSITIVE_INFINITY;
    double most = 0;
    for (double speed : speeds) {
      least = Math.min(least, speed);
      most = Math.max(most, speed);
    }
    this.slowest = step(least / 1.0001, false);
    this.fastest = step(most * 1.0001, true);
  }

  /** The nearest of ..., 100, 200, 500, 1000, ... below or above a number. */
  static double step(double value, boolean above) {
    if (value == 0 || Double.isInfinite(value)) {
      return 1; // nothing was run
    }
    double found = 0;
    for (double decade = 1e-3; decade < 1e9; decade *= 10) {
      for (int digit : new int[] {1, 2, 5}) {
        double candidate = digit * decade;
        if (candidate >= value) {
          return above ? candidate : found;
        }
        found = candidate;
      }
    }
    return found;
  }

  /** The whole picture. */
  public String svg() {
    int height = bottom + 60;
    add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
            + " font-family=\"sans-serif\" font-size=\"13\">",
        WIDTH, height);
    add("<rect width=\"%d\" height=\"%d\" fill=\"white\"/>", WIDTH, height);
    add("<text x=\"%d\" y=\"28\" font-size=\"16\">%s</text>", LEFT, escape(title));
    axes();
    List<Family> seen = new ArrayList<>();
    for (int i = 0; i < curves.size(); i++) {
      Family family = curves.get(i).family();
      int before = (int) seen.stream().filter(family::equals).count();
      seen.add(family);
      curve(curves.get(i), before, TOP + LINE * (i + 1));
    }
    svg.append("</svg>\n");
    return svg.toString();
  }

  private void axes() {
    for (double recall : RECALLS) {
      double x = x(recall);
      grid(x, TOP, x, bottom);
      add("<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>", x, bottom + 20, recall);
    }
    for (double speed = slowest; speed <= fastest; speed = step(speed * 1.0001, true)) {
      double y = y(speed);
      grid(LEFT, y, RIGHT, y);
      add("<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%,.0f</text>", LEFT - 8, y + 4, speed);
    }
    add(
        "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">recall</text>",
        (LEFT + RIGHT) / 2, bottom + 42);
    add(
        "<text transform=\"translate(20,%d) rotate(-90)\" text-anchor=\"middle\">queries/s,"
            + " %s</text>",
        (TOP + bottom) / 2, escape(load));
  }

  private void grid(double x1, double y1, double x2, double y2) {
    add("<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>", x1, y1, x2, y2);
  }

  /**
   * Draws a contender and its line of the legend.
   *
   * @param index how many of its family came before it
   */
  private void curve(Curve curve, int index, int legendY) {
    String colour = COLOURS.get(curve.family());
    String dash = DASHES.get(index % DASHES.size());
    int mark = index / DASHES.size() % 3;
    List<Point> points =
        curve.points().stream().filter(point -> point.recall() >= FIRST_RECALL).toList();
    StringBuilder path = new StringBuilder();
    for (Point point : points) {
      double x = x(point.recall());
      double y = y(point.times().queriesPerSecond());
      path.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y));
      mark(x, y, mark, colour);
    }
    line(path.toString().strip(), colour, dash);
    line(
        String.format(Locale.ROOT, "%d,%d %d,%d", LEGEND, legendY - 4, LEGEND + 40, legendY - 4),
        colour,
        dash);
    mark(LEGEND + 20, legendY - 4, mark, colour);
    add("<text x=\"%d\" y=\"%d\">%s</text>", LEGEND + 48, legendY, escape(curve.name()));
  }

  private void line(String points, String colour, String dash) {
    add(
        "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.8\""
            + " stroke-dasharray=\"%s\"/>",
        points, colour, dash);
  }

  private void mark(double x, double y, int shape, String colour) {
    switch (shape) {
      case 0 -> add("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.2\" fill=\"%s\"/>", x, y, colour);
      case 1 ->
          add(
              "<rect x=\"%.1f\" y=\"%.1f\" width=\"6\" height=\"6\" fill=\"%s\"/>",
              x - 3, y - 3, colour);
      default ->
          add(
              "<path d=\"M%.1f,%.1f l4,7 l-8,0 z\" fill=\"white\" stroke=\"%s\"/>",
              x, y - 4, colour);
    }
  }

  /** By the share that is missed, on a logarithmic scale: the last steps are the dear ones. */
  private static double x(double recall) {
    double missed = 1 - Math.min(recall, LAST_RECALL);
    double share =
        Math.log((1 - FIRST_RECALL) / missed) / Math.log((1 - FIRST_RECALL) / (1 - LAST_RECALL));
    return LEFT + share * (RIGHT - LEFT);
  }

  private double y(double speed) {
    return bottom - Math.log(speed / slowest) / Math.log(fastest / slowest) * (bottom - TOP);
  }

  private void add(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
