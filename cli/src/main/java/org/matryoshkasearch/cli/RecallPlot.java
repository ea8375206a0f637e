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

import java.util.List;
import java.util.Locale;
import org.matryoshkasearch.lucene.analysis.AnalysisResult;
import org.matryoshkasearch.lucene.analysis.Estimate;
import org.matryoshkasearch.lucene.analysis.PrefixRecall;
import org.matryoshkasearch.lucene.codec.PrefixEncoding;

/**
 * Recall against the length of the prefix as SVG, with a line for each number of rescored rows, for
 * the code that is recommended. The grey around a line is the sampling error.
 */
final class RecallPlot {

  private static final int WIDTH = 900;
  private static final int HEIGHT = 560;
  private static final int LEFT = 80;
  private static final int RIGHT = 700;
  private static final int TOP = 84;
  private static final int BOTTOM = 490;
  private static final int LINE = 22;
  private static final int LEGEND = 330; // below the name of any target
  private static final String[] COLOURS = {
    "#9467bd", "#1f77b4", "#17a2b8", "#2ca02c", "#c98a00", "#d62728"
  };

  private final String name;
  private final AnalysisResult result;
  private final AnalyzeSettings settings;
  private final PrefixEncoding encoding;
  private final List<PrefixRecall> points;
  private final StringBuilder svg = new StringBuilder();

  RecallPlot(String name, AnalysisResult result, AnalyzeSettings settings) {
    this.name = name;
    this.result = result;
    this.settings = settings;
    this.encoding = result.recommendation().setting().encoding();
    this.points = result.settings().stream().filter(each -> each.encoding() == encoding).toList();
  }

  /** The whole picture. */
  String svg() {
    add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
            + " font-family=\"sans-serif\" font-size=\"13\">",
        WIDTH, HEIGHT);
    add("<rect width=\"%d\" height=\"%d\" fill=\"white\"/>", WIDTH, HEIGHT);
    add(
        "<text x=\"20\" y=\"30\" font-size=\"18\">%s: %,d vectors of %d dims, %s</text>",
        escape(name), result.documents(), result.dims(), result.verdict().nesting());
    add(
        "<text x=\"20\" y=\"54\" fill=\"#555\">Share of the %d nearest that a search by the prefix"
            + " finds, codes of %s; %d queries, grey is the 95%% interval</text>",
        result.k(), AnalyzeCommand.type(encoding), result.queries());
    axes();
    int[] oversamples = AnalyzeReport.OVERSAMPLES;
    for (int i = 0; i < oversamples.length; i++) {
      curve(oversamples[i] * result.k(), COLOURS[i]);
    }
    add("<text x=\"%d\" y=\"%d\">rescored rows</text>", RIGHT + 20, LEGEND);
    for (int i = 0; i < oversamples.length; i++) {
      int y = LEGEND + LINE * (oversamples.length - i);
      add(
          "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"%s\" stroke-width=\"2.5\"/>",
          RIGHT + 20, y - 4, RIGHT + 50, y - 4, COLOURS[i]);
      add(
          "<text x=\"%d\" y=\"%d\">%d (oversample %d)</text>",
          RIGHT + 58, y, oversamples[i] * result.k(), oversamples[i]);
    }
    svg.append("</svg>\n");
    return svg.toString();
  }

  private void axes() {
    for (int tenth = 0; tenth <= 10; tenth += 2) {
      double y = y(tenth / 10.0);
      line(LEFT, y, RIGHT, y, "#ddd", "");
      add(
          "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.1f</text>",
          LEFT - 8, y + 4, tenth / 10.0);
    }
    double previous = -1000;
    for (PrefixRecall point : points) {
      double x = x(point);
      line(x, TOP, x, BOTTOM, "#ddd", "");
      if (x - previous > 30) { // else the numbers would overlap
        add(
            "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%d</text>",
            x, BOTTOM + 20, point.prefixDims());
        previous = x;
      }
    }
    double target = y(settings.target());
    line(LEFT, target, RIGHT, target, "#1a7f37", " stroke-dasharray=\"6 4\"");
    add(
        "<text x=\"%d\" y=\"%.1f\" fill=\"#1a7f37\">target %s</text>",
        RIGHT + 6, target + 4, settings.target());
    add(
        "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">prefix_dims</text>",
        (LEFT + RIGHT) / 2, BOTTOM + 46);
    add(
        "<text transform=\"translate(24,%d) rotate(-90)\" text-anchor=\"middle\">recall@%d</text>",
        (TOP + BOTTOM) / 2, result.k());
  }

  private void curve(int rescored, String colour) {
    StringBuilder means = new StringBuilder();
    StringBuilder band = new StringBuilder();
    for (PrefixRecall point : points) {
      Estimate recall = point.at(rescored);
      means.append(at(x(point), y(recall.mean())));
      band.append(at(x(point), y(recall.low())));
      add(
          "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>",
          x(point), y(recall.mean()), colour);
    }
    for (PrefixRecall point : points.reversed()) {
      band.append(at(x(point), y(point.at(rescored).high())));
    }
    add("<polygon points=\"%s\" fill=\"#888\" fill-opacity=\"0.15\"/>", band.toString().strip());
    add(
        "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>",
        means.toString().strip(), colour);
  }

  private static String at(double x, double y) {
    return String.format(Locale.ROOT, "%.1f,%.1f ", x, y);
  }

  private void line(double x1, double y1, double x2, double y2, String colour, String style) {
    add(
        "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"%s/>",
        x1, y1, x2, y2, colour, style);
  }

  /** Each doubling of the prefix is as wide as any other. */
  private double x(PrefixRecall point) {
    double first = Math.log(points.get(0).prefixDims());
    double last = Math.log(points.get(points.size() - 1).prefixDims());
    double share = last > first ? (Math.log(point.prefixDims()) - first) / (last - first) : 0.5;
    return LEFT + share * (RIGHT - LEFT);
  }

  private static double y(double recall) {
    return BOTTOM - recall * (BOTTOM - TOP);
  }

  private void add(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
