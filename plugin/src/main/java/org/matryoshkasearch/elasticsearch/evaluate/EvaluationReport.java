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
package org.matryoshkasearch.elasticsearch.evaluate;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.elasticsearch.xcontent.ToXContentFragment;
import org.elasticsearch.xcontent.XContentBuilder;
import org.matryoshkasearch.elasticsearch.mapper.ElementType;
import org.matryoshkasearch.elasticsearch.mapper.GraphType;
import org.matryoshkasearch.elasticsearch.mapper.MatryoshkaVectorFieldMapper;
import org.matryoshkasearch.elasticsearch.mapper.RescoreVector;
import org.matryoshkasearch.lucene.analysis.PrefixRecall;
import org.matryoshkasearch.lucene.analysis.Recommendation;

/** Joins what shards found, and says it. A query counts once for each shard that it searched. */
final class EvaluationReport implements ToXContentFragment {
  private static final float[] OVERSAMPLES = {1, 2, 3, 5, 10};

  private final Evaluation evaluation;
  private final List<ShardResult> shards;
  private final ShardResult largest;
  private final PresentSetting present;
  private final List<PresentSearches.Found> found;
  private final List<PrefixRecall> settings = new ArrayList<>();
  private final Recommendation recommendation;
  private final int k;
  private final long documents;

  /**
   * @param results at least one that is not empty; all of the same field
   */
  EvaluationReport(Evaluation evaluation, List<ShardResult> results) {
    this.evaluation = evaluation;
    shards = results.stream().filter(result -> result.isEmpty() == false).toList();
    largest = shards.stream().max(Comparator.comparingInt(ShardResult::compared)).orElseThrow();
    present = largest.present();
    found = shards.stream().flatMap(shard -> shard.found().stream()).toList();
    k = shards.stream().mapToInt(ShardResult::k).max().orElseThrow();
    documents = results.stream().mapToLong(ShardResult::documents).sum();
    for (int i = 0; i < largest.settings().size(); i++) {
      settings.add(joined(i));
    }
    recommendation = Recommendation.of(settings, k, largest.target(), RescoreVector.MAX_CANDIDATES);
  }

  private PrefixRecall joined(int setting) {
    PrefixRecall first = largest.settings().get(setting);
    int[][] places =
        shards.stream()
            .flatMap(shard -> Stream.of(shard.settings().get(setting).places()))
            .toArray(int[][]::new);
    return new PrefixRecall(
        first.prefixDims(), first.encoding(), first.codeBytes(), k, largest.compared(), places);
  }

  @Override
  public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
    builder.field("field", evaluation.field());
    builder.field("k", k);
    builder.field("target_recall", largest.target());
    builder.field("documents", documents);
    builder.field("documents_compared", shards.stream().mapToLong(ShardResult::compared).sum());
    builder.startObject("queries");
    builder.field("from", evaluation.queries().isEmpty() ? "documents" : "request");
    builder.field(
        "count", evaluation.queries().isEmpty() ? found.size() : evaluation.queries().size());
    builder.endObject();
    builder.startObject("present");
    present.toXContent(builder, params);
    PrefixRecall same = presentSetting();
    if (same != null) {
      bytes(builder, same);
    }
    measured(builder, found);
    targets(builder);
    builder.endObject();
    builder.startArray("settings");
    for (PrefixRecall setting : settings) {
      setting(builder, setting, setting == same);
    }
    builder.endArray();
    builder.startObject("verdict");
    builder.field("nesting", largest.nesting());
    builder.field("reason", largest.reason());
    builder.endObject();
    recommended(builder, recommendation.setting() == same);
    builder.field("notes", notes());
    return builder;
  }

  /** Null where the present type has no like among ours. */
  private PrefixRecall presentSetting() {
    return settings.stream()
        .filter(setting -> setting.prefixDims() == present.prefixDims())
        .filter(setting -> type(setting).equals(present.type()))
        .findFirst()
        .orElse(null);
  }

  private static String type(PrefixRecall setting) {
    return GraphType.of(setting.encoding()).toString();
  }

  /** What searches find that name a target recall, where there are several. */
  private void targets(XContentBuilder builder) throws IOException {
    if (largest.ofTargets().isEmpty()) {
      return;
    }
    builder.startArray("targets");
    for (int i = 0; i < evaluation.targetRecalls().size(); i++) {
      int target = i;
      builder.startObject();
      builder.field("target_recall", evaluation.targetRecalls().get(target));
      measured(
          builder,
          shards.stream().flatMap(shard -> shard.ofTargets().get(target).stream()).toList());
      builder.endObject();
    }
    builder.endArray();
  }

  private void measured(XContentBuilder builder, List<PresentSearches.Found> found)
      throws IOException {
    builder.startObject("recall");
    RecallSummary.of(values(found, PresentSearches.Found::recall), k).toXContent(builder);
    builder.endObject();
    if (found.stream().allMatch(one -> one.rows() >= 0)) {
      builder.startObject("rows_read");
      spread(builder, values(found, PresentSearches.Found::rows));
      builder.endObject();
    }
    builder.startObject("took_ms");
    spread(builder, values(found, one -> one.nanos() / 1e6));
    builder.endObject();
  }

  private static double[] values(
      List<PresentSearches.Found> found, ToDoubleFunction<PresentSearches.Found> of) {
    return found.stream().mapToDouble(of).sorted().toArray();
  }

  private static void spread(XContentBuilder builder, double[] sorted) throws IOException {
    double sum = 0;
    for (double value : sorted) {
      sum += value;
    }
    builder.field("mean", RecallSummary.rounded(sum / sorted.length));
    builder.field("p50", RecallSummary.rounded(RecallSummary.percentile(sorted, 50)));
    builder.field("p99", RecallSummary.rounded(RecallSummary.percentile(sorted, 99)));
  }

  private void bytes(XContentBuilder builder, PrefixRecall setting) throws IOException {
    builder.field("memory_bytes_per_vector", setting.hotBytes());
    builder.field("memory_bytes", setting.hotBytes() * documents);
  }

  private void setting(XContentBuilder builder, PrefixRecall setting, boolean isPresent)
      throws IOException {
    builder.startObject();
    builder.field("prefix_dims", setting.prefixDims());
    builder.startObject("index_options").field("type", type(setting)).endObject();
    if (isPresent) {
      builder.field("present", true);
    }
    bytes(builder, setting);
    builder.startArray("recall");
    for (int i = 0; i < Math.max(OVERSAMPLES.length, evaluation.oversample().size()); i++) {
      if (evaluation.oversample().isEmpty() && evaluation.numCandidates().isEmpty()) {
        recall(builder, setting, "oversample", OVERSAMPLES[i], rows(OVERSAMPLES[i]));
      } else if (i < evaluation.oversample().size()) {
        float oversample = evaluation.oversample().get(i);
        recall(builder, setting, "oversample", oversample, rows(oversample));
      }
    }
    for (int candidates : evaluation.numCandidates()) {
      recall(builder, setting, "num_candidates", candidates, candidates);
    }
    builder.endArray();
    int rows = setting.rowsFor(largest.target());
    builder.startObject("for_target");
    builder.field("num_candidates", rows);
    builder.field("oversample", setting.oversampleFor(largest.target()));
    if (rows > RescoreVector.MAX_CANDIDATES) {
      builder.field("possible", false);
    }
    builder.endObject();
    builder.endObject();
  }

  private int rows(float oversample) {
    return (int) Math.min(RescoreVector.MAX_CANDIDATES, Math.ceil((double) k * oversample));
  }

  private void recall(
      XContentBuilder builder, PrefixRecall setting, String name, float value, int rows)
      throws IOException {
    builder.startObject();
    if (value == Math.rint(value)) {
      builder.field(name, (int) value);
    } else {
      builder.field(name, value);
    }
    RecallSummary.of(setting.recalls(rows), k).toXContent(builder);
    builder.endObject();
  }

  private void recommended(XContentBuilder builder, boolean isPresent) throws IOException {
    PrefixRecall setting = recommendation.setting();
    builder.startObject("recommended");
    builder.field("prefix_dims", setting.prefixDims());
    builder.startObject("index_options").field("type", type(setting)).endObject();
    builder.field("oversample", recommendation.oversample());
    builder.field("reaches_target", recommendation.reached());
    builder.field("present", isPresent);
    builder.startObject("recall");
    RecallSummary.of(setting.recalls(recommendation.oversample() * k), k).toXContent(builder);
    builder.endObject();
    bytes(builder, setting);
    builder.startObject("mapping").startObject("properties").startObject(evaluation.field());
    builder.field("type", MatryoshkaVectorFieldMapper.CONTENT_TYPE);
    builder.field("dims", present.dims());
    builder.field("prefix_dims", setting.prefixDims());
    builder.field("similarity", present.similarity().toString());
    if (present.elementType() != ElementType.FLOAT) {
      builder.field("element_type", present.elementType().toString());
    }
    present.writeKept(builder);
    builder.startObject("index_options").field("type", type(setting));
    present.writeGraph(builder);
    builder.startObject("rescore_vector");
    if (recommendation.reached() && fallsShort() == false) {
      builder.field("target_recall", largest.target());
    } else {
      builder.field("oversample", recommendation.oversample());
    }
    builder.endObject().endObject();
    builder.endObject().endObject().endObject();
    builder.endObject();
  }

  /** Whether the field has a target that its searches do not reach for these queries. */
  private boolean fallsShort() {
    double[] recalls = values(found, PresentSearches.Found::recall);
    return RecallSummary.of(recalls, k).mean().high() < present.targetRecall();
  }

  private List<String> notes() {
    List<String> notes = new ArrayList<>();
    if (fallsShort()) {
      notes.add(
          "For these queries the searches find less than the [target_recall] of the field, which was"
              + " learnt with documents as queries: say [oversample] instead.");
    }
    notes.add(
        "Recall is that of the k nearest of each shard, as a query finds them. Other settings than"
            + " the present one are measured with every code looked at: a graph may find somewhat"
            + " less.");
    if (evaluation.queries().isEmpty()) {
      notes.add(
          "Documents were the queries. If yours are unlike the documents, send some as [queries].");
    }
    if (shards.stream().anyMatch(shard -> shard.compared() < shard.documents())) {
      notes.add(
          String.format(
              Locale.ROOT,
              "Other settings were tried with [max_documents] of [%d] documents of a shard, drawn by"
                  + " lot: of all of them each needs more candidates.",
              evaluation.maxDocuments()));
    }
    if (recommendation.oversample() * k > largest.compared() / 10) {
      notes.add(
          "These are few documents: more than a tenth of them is rescored. Of more documents it"
              + " will be a smaller part, and recall lower.");
    }
    if (recommendation.reached() == false) {
      notes.add(
          String.format(
              Locale.ROOT,
              "No setting reaches the target with an oversample of at most [%d].",
              Recommendation.mostOversample(k, RescoreVector.MAX_CANDIDATES)));
    }
    return notes;
  }
}
