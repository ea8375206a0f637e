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

import java.io.PrintStream;
import java.util.Locale;
import org.matryoshkasearch.lucene.analysis.AnalysisResult;
import org.matryoshkasearch.lucene.analysis.Estimate;
import org.matryoshkasearch.lucene.analysis.NestingVerdict;
import org.matryoshkasearch.lucene.analysis.PrefixRecall;
import org.matryoshkasearch.lucene.analysis.Recommendation;

/** Prints what an analysis found: tables, words, and a last line for programs. */
final class AnalyzeReport {

  /** Rescored rows for each hit, in the table and in the plot. */
  static final int[] OVERSAMPLES = {1, 2, 3, 5, 10, 20};

  private static final int WIDTH = 80;

  private final PrintStream out;
  private final String name;
  private final AnalyzeSettings settings;
  private final AnalysisResult result;

  AnalyzeReport(PrintStream out, String name, AnalyzeSettings settings, AnalysisResult result) {
    this.out = out;
    this.name = name;
    this.settings = settings;
    this.result = result;
  }

  void print() {
    out.println();
    out.print(recalls());
    out.println();
    if (!result.verdict().evidence().isEmpty()) {
      out.print(evidence());
      out.println();
    }
    paragraph(measured());
    paragraph(verdict());
    paragraph(recommendation());
    paragraph("The plot is in " + settings.plot() + ".");
    Recommendation best = result.recommendation();
    out.println(
        String.format(
            Locale.ROOT,
            "verdict=%s prefix_dims=%d type=%s oversample=%d recall@10=%.3f",
            result.verdict().nesting(),
            best.setting().prefixDims(),
            AnalyzeCommand.type(best.setting().encoding()),
            best.oversample(),
            best.recall().mean()));
  }

  /** What each setting finds. */
  private Table recalls() {
    Table table =
        new Table("prefix type", "bytes", "x1", "x2", "x3", "x5", "x10", "x20", "for target");
    for (PrefixRecall setting : result.settings()) {
      String[] cells = new String[3 + OVERSAMPLES.length];
      cells[0] =
          String.format(
              Locale.ROOT, "%6d %s", setting.prefixDims(), AnalyzeCommand.type(setting.encoding()));
      cells[1] = String.valueOf(setting.hotBytes());
      for (int i = 0; i < OVERSAMPLES.length; i++) {
        cells[2 + i] = decimal(setting.at(OVERSAMPLES[i] * result.k()).mean());
      }
      cells[2 + OVERSAMPLES.length] = "x" + setting.oversampleFor(settings.target());
      table.add(cells);
    }
    return table;
  }

  /** What the verdict is of. */
  private Table evidence() {
    Table table =
        new Table("prefix", "variance", "95% interval", "found", "by lot", "gain", "95% interval");
    for (NestingVerdict.Evidence prefix : result.verdict().evidence()) {
      table.add(
          String.format(Locale.ROOT, "%6d", prefix.prefixDims()),
          String.format(Locale.ROOT, "x%.2f", prefix.lift().mean()),
          interval(prefix.lift(), "%.2f to %.2f"),
          decimal(prefix.prefixRecall()),
          decimal(prefix.randomRecall()),
          String.format(Locale.ROOT, "%+.3f", prefix.gain().mean()),
          interval(prefix.gain(), "%+.3f to %+.3f"));
    }
    return table;
  }

  private String measured() {
    double error = 0;
    for (PrefixRecall setting : result.settings()) {
      for (int oversample : OVERSAMPLES) {
        Estimate recall = setting.at(oversample * result.k());
        error =
            Math.max(error, Math.max(recall.high() - recall.mean(), recall.mean() - recall.low()));
      }
    }
    return String.format(
        Locale.ROOT,
        "%s: %,d vectors of %d dims, similarity %s. The first table says which share of the %d"
            + " nearest of %d queries%s is found by a prefix when 1 to 20 rows a hit are rescored,"
            + " and which oversample a recall of %s takes. More queries would change that by no"
            + " more than %.3f, with 95%% confidence. Bytes are those of a vector that must stay in"
            + " memory: its code and about 40 of the graph.",
        name,
        result.documents(),
        result.dims(),
        settings.similarity().mappingName(),
        result.k(),
        result.queries(),
        settings.queries() == null ? " drawn from them" : "",
        settings.target(),
        error);
  }

  private String verdict() {
    NestingVerdict verdict = result.verdict();
    String word =
        switch (verdict.nesting()) {
          case NESTED -> "The vectors are nested";
          case WEAKLY_NESTED -> "The vectors are weakly nested";
          case NOT_NESTED -> "The vectors are not nested";
          case UNSURE -> "The vectors do not tell whether they are nested";
        };
    String meaning =
        switch (verdict.nesting()) {
          case NESTED -> "A prefix is an embedding of its own: choose it by the recall below.";
          case WEAKLY_NESTED ->
              "A prefix works about as well as as many other dims: trust the recall that was"
                  + " measured, not the model's name.";
          case NOT_NESTED ->
              "Enough rescored rows may hide that, but a nested model, or compact codes of whole"
                  + " vectors, serve you better.";
          case UNSURE -> "Trust the recall that was measured, on more vectors if there are any.";
        };
    String tables =
        verdict.evidence().isEmpty()
            ? ""
            : " The second table compares prefixes with as many dims drawn by lot: the variance"
                + " that they carry, as a multiple of their share, and the neighbours that they"
                + " find alone.";
    return word + ": " + verdict.reason() + ". " + meaning + tables;
  }

  private String recommendation() {
    Recommendation best = result.recommendation();
    PrefixRecall setting = best.setting();
    String text =
        String.format(
            Locale.ROOT,
            "%s prefix_dims %d, index_options.type %s and rescore_vector.oversample %d: recall@10"
                + " is %s (%s), with %,d bytes a vector in memory instead of the %,d of whole"
                + " float32 vectors.",
            best.reached()
                ? "For a recall of " + settings.target() + ", take"
                : "No oversample up to 100 gives a recall of "
                    + settings.target()
                    + ". Nearest to it come",
            setting.prefixDims(),
            AnalyzeCommand.type(setting.encoding()),
            best.oversample(),
            decimal(best.recall().mean()),
            interval(best.recall(), "%.3f to %.3f"),
            setting.hotBytes(),
            result.dims() * Float.BYTES);
    int rows = best.oversample() * result.k();
    if (rows > result.documents() / 10) {
      text +=
          String.format(
              Locale.ROOT,
              " But these are few vectors: %,d of %,d are rescored. Of more vectors it will be a"
                  + " smaller part, and recall lower: analyze as many as you will have.",
              Math.min(rows, result.documents()),
              result.documents());
    }
    return text
        + " This is measured with every code looked at: a graph may find somewhat less, more"
        + " num_candidates make up for it. An index that grows needs a larger oversample.";
  }

  private static String decimal(double number) {
    return String.format(Locale.ROOT, "%.3f", number);
  }

  private static String interval(Estimate estimate, String format) {
    return String.format(Locale.ROOT, format, estimate.low(), estimate.high());
  }

  /** Prints text in lines that fit, and an empty one. */
  private void paragraph(String text) {
    StringBuilder line = new StringBuilder();
    for (String word : text.split(" ", -1)) {
      if (line.length() + 1 + word.length() > WIDTH) {
        out.println(line);
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    out.println(line);
    out.println();
  }
}
