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

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;

import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.elasticsearch.common.Strings;
import org.elasticsearch.test.ESTestCase;
import org.matryoshkasearch.elasticsearch.mapper.ElementType;
import org.matryoshkasearch.elasticsearch.mapper.Recipe;
import org.matryoshkasearch.elasticsearch.mapper.VectorSimilarity;
import org.matryoshkasearch.lucene.analysis.PrefixRecall;
import org.matryoshkasearch.lucene.codec.PrefixEncoding;

/** What is said of what shards found. */
public class EvaluationReportTests extends ESTestCase {
  private static final int QUERIES = 50;

  /** A target that is not held for these queries is not recommended again. */
  public void testTargetThatIsNotHeld() {
    String held = report(0.98, 1);
    assertThat(held, containsString("\"rescore_vector\":{\"target_recall\":0.9}"));
    assertThat(held, not(containsString("say [oversample] instead")));
    String missed = report(0.98, 0.8);
    assertThat(missed, containsString("\"rescore_vector\":{\"oversample\":2}"));
    assertThat(missed, containsString("say [oversample] instead"));
    String noTarget = report(0, 0.8);
    assertThat(noTarget, containsString("\"rescore_vector\":{\"target_recall\":0.9}"));
  }

  public void testShardsAreJoined() {
    String joined =
        Strings.toString(
            new EvaluationReport(evaluation(), List.of(shard(0.98, 1), shard(0.98, 0.5))));
    assertThat(joined, containsString("\"documents\":2000"));
    assertThat(joined, containsString("\"memory_bytes\":" + 2000 * 44));
    assertThat(joined, containsString("\"recall\":{\"mean\":0.75,"));
  }

  /** A search rescores 10,000 rows at most: what would take more is not recommended. */
  public void testRowsThatNoSearchRescores() {
    int k = 1000;
    int[] places = IntStream.rangeClosed(1, k).map(i -> i * 12).toArray();
    ShardResult shard = shard(0.98, 1);
    ShardResult large =
        new ShardResult(
            20_000,
            20_000,
            shard.present(),
            0.9,
            shard.found(),
            List.of(),
            k,
            List.of(new PrefixRecall(8, PrefixEncoding.INT4, 4, k, 20_000, new int[][] {places})),
            "nested",
            "reason");
    String report = Strings.toString(new EvaluationReport(evaluation(), List.of(large)));
    assertThat(report, containsString("\"oversample\":10,\"reaches_target\":false"));
    assertThat(report, containsString("with an oversample of at most [10]."));
  }

  private static String report(double targetOfField, double recall) {
    return Strings.toString(
        new EvaluationReport(evaluation(), List.of(shard(targetOfField, recall))));
  }

  private static Evaluation evaluation() {
    return new Evaluation(
        "v",
        2,
        List.of(0.9),
        List.of(),
        QUERIES,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        Evaluation.DEFAULT_MAX_DOCUMENTS,
        Evaluation.DEFAULT_TIMEOUT);
  }

  private static ShardResult shard(double targetOfField, double recall) {
    PresentSetting present =
        new PresentSetting(
            "matryoshka_vector",
            32,
            ElementType.FLOAT,
            VectorSimilarity.COSINE,
            8,
            "int4_hnsw",
            targetOfField,
            targetOfField > 0 ? 0 : 1,
            Recipe.NONE,
            false,
            16,
            100);
    int[][] places = Collections.nCopies(QUERIES, new int[] {1, 3}).toArray(int[][]::new);
    return new ShardResult(
        1000,
        1000,
        present,
        0.9,
        Collections.nCopies(QUERIES, new PresentSearches.Found(recall, 4, 1000)),
        List.of(),
        2,
        List.of(new PrefixRecall(8, PrefixEncoding.INT4, 4, 2, 1000, places)),
        "nested",
        "reason");
  }
}
