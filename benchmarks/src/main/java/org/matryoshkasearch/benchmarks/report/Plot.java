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

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.matryoshkasearch.benchmarks.index.Contender.Family;
import org.matryoshkasearch.benchmarks.measure.Point;

/**
 * Recall against queries a second as SVG: further up is faster, further right finds more. Each
 * curve has its name beside its right end; the best of each family stands out.
 */
public final class Plot {

  private static final int WIDTH = 1080;
  private static final int LEFT = 80;
  private static final int RIGHT = 800;
  private static final int NAMES = RIGHT + 45; // what is right of it are the names
  private static final int TOP = 84;
  private static final int BELOW = 64;
  private static final int LINE = 17;
  private static final int LEAST_HEIGHT = 620;
  private static final double FIRST_RECALL = 0.9;
  private static final double LAST_RECALL = 0.9995; // what is beyond it is drawn there
  private static final double JUDGED_RECALL = 0.99; // the fastest here is the best of its family
  private static final double[] RECALLS = {0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999};

  private static final Map<Family, String> COLOURS =
      Map.of(
          Family.LUCENE, "#1f77b4",
          Family.LUCENE_PREFIX, "#6f6f6f",
          Family.ELASTICSEARCH, "#c98a00",
          Family.JVECTOR, "#9467bd",
          Family.MATRYOSHKA, "#d62728");

  /**
   * The settings of a contender, timed.
   *
   * @param name to stand beside it
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
   * @param title what was searched
   * @param load how many search at the same time, as in "one thread"
   */
  public Plot(String title, String load, List<Curve> curves) {
    this.title = title;
    this.load = load;
    this.curves = List.copyOf(curves);
    this.bottom = Math.max(LEAST_HEIGHT - BELOW, TOP + LINE * (curves.size() + 1));
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
    int height = bottom + BELOW;
    add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
            + " font-family=\"sans-serif\" font-size=\"13\">",
        WIDTH, height);
    add("<rect width=\"%d\" height=\"%d\" fill=\"white\"/>", WIDTH, height);
    add("<text x=\"20\" y=\"30\" font-size=\"18\">%s</text>", escape(title));
    add(
        "<text x=\"20\" y=\"54\" fill=\"#555\">Further up is faster, further right finds more:"
            + " the upper right is best. Bold: the fastest of its kind at a recall of %s.</text>",
        JUDGED_RECALL);
    axes();
    add(
        "<text x=\"%d\" y=\"%d\" fill=\"#1a7f37\" text-anchor=\"end\">better ↗</text>",
        RIGHT - 8, TOP + 20);
    List<Curve> drawn = curves.stream().filter(curve -> !visible(curve).isEmpty()).toList();
    List<Curve> best = bestOfFamilies(drawn);
    double[] names = apart(drawn.stream().mapToDouble(curve -> end(curve)[1]).toArray());
    for (int i = 0; i < drawn.size(); i++) {
      curve(drawn.get(i), best.contains(drawn.get(i)), names[i]);
    }
    svg.append("</svg>\n");
    return svg.toString();
  }

  private static List<Point> visible(Curve curve) {
    return curve.points().stream().filter(point -> point.recall() >= FIRST_RECALL).toList();
  }

  /** Where the name of a curve belongs. */
  private double[] end(Curve curve) {
    List<Point> points = visible(curve);
    Point last = points.get(points.size() - 1);
    return new double[] {x(last.recall()), y(last.times().queriesPerSecond())};
  }

  private static List<Curve> bestOfFamilies(List<Curve> curves) {
    return Arrays.stream(Family.values())
        .flatMap(
            family ->
                curves.stream()
                    .filter(curve -> curve.family() == family)
                    .max(Comparator.comparingDouble(Plot::speed))
                    .stream())
        .toList();
  }

  /** The queries a second at the recall that is judged, 0 if it is not reached. */
  private static double speed(Curve curve) {
    return curve.points().stream()
        .filter(point -> point.recall() >= JUDGED_RECALL)
        .mapToDouble(point -> point.times().queriesPerSecond())
        .max()
        .orElse(0);
  }

  /** Moves heights so far apart that names fit between them, none beyond the plot. */
  private double[] apart(double[] wanted) {
    List<Integer> downwards =
        IntStream.range(0, wanted.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> wanted[i]))
            .toList();
    double[] heights = wanted.clone();
    double least = TOP;
    for (int i : downwards) {
      heights[i] = Math.max(heights[i], least);
      least = heights[i] + LINE;
    }
    double most = bottom;
    for (int i : downwards.reversed()) {
      heights[i] = Math.min(heights[i], most);
      most = heights[i] - LINE;
    }
    return heights;
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
        "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">recall: share of the true nearest"
            + " that is found</text>",
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
   * Draws a contender and its name.
   *
   * @param bold whether it stands out
   * @param nameY the height of the name
   */
  private void curve(Curve curve, boolean bold, double nameY) {
    String colour = COLOURS.get(curve.family());
    double opacity = bold ? 1 : 0.45;
    StringBuilder path = new StringBuilder();
    for (Point point : visible(curve)) {
      double x = x(point.recall());
      double y = y(point.times().queriesPerSecond());
      path.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y));
      add(
          "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%s\" fill=\"%s\" fill-opacity=\"%s\"/>",
          x, y, bold ? 3.4 : 2, colour, opacity);
    }
    line(path.toString().strip(), colour, bold ? 3 : 1.2, opacity);
    double[] end = end(curve);
    String leader =
        String.format(Locale.ROOT, "%.1f,%.1f %d,%.1f", end[0] + 4, end[1], NAMES - 4, nameY - 4);
    line(leader, colour, 0.6, opacity);
    add(
        "<text x=\"%d\" y=\"%.1f\" fill=\"%s\" font-size=\"12\" font-weight=\"%s\">%s</text>",
        NAMES, nameY, colour, bold ? "bold" : "normal", escape(curve.name()));
  }

  private void line(String points, String colour, double width, double opacity) {
    add(
        "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"%s\""
            + " stroke-opacity=\"%s\"/>",
        points, colour, width, opacity);
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
