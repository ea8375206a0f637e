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

import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.elasticsearch.ExceptionsHelper;
import org.elasticsearch.common.breaker.CircuitBreaker;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.indices.breaker.CircuitBreakerService;
import org.elasticsearch.indices.breaker.HierarchyCircuitBreakerService;
import org.elasticsearch.rest.RestStatus;
import org.junit.Before;

/** What cannot be evaluated is refused, with the field, the limit and the value. */
public class EvaluateBadInputTests extends EvaluateTestCase {

  @Before
  public void createTestIndex() {
    createVectorIndex(
        "test",
        String.join(
            ", ",
            matryoshka("v", DIMS, ""),
            matryoshka("unindexed", DIMS, "\"index\": false"),
            matryoshka("empty", DIMS, ""),
            "\"unknown_dims\": {\"type\": \"matryoshka_vector\"}",
            dense("dense", ""),
            dense("dense_empty", ""),
            dense("dense_unindexed", ", \"index\": false"),
            dense("bytes", ", \"element_type\": \"byte\""),
            "\"n\": {\"type\": \"integer\"}",
            "\"o\": {\"type\": \"nested\", \"properties\": {" + matryoshka("v", DIMS, "") + "}}"));
    fill("test", "v", 20, 1);
    fill("test", "dense", 20, 1);
  }

  public void testFields() {
    String cannot = "cannot evaluate field [%s]: ";
    for (String field : List.of("missing", "n.v", "_id.x")) {
      bad(field, "", cannot + "index [test] has no such field");
    }
    bad(
        "n",
        "",
        cannot + "its type must be one of [matryoshka_vector, dense_vector] but is [integer]");
    bad("_id", "", "its type must be one of [matryoshka_vector, dense_vector] but is [_id]");
    bad("unindexed", "", "on field [unindexed], its mapping must have [index] set to [true]");
    bad("dense_unindexed", "", cannot + "its mapping must have [index] set to [true]");
    bad("bytes", "", cannot + "its element_type must be one of [float, bfloat16] but is [byte]");
    bad("o.v", "", cannot + "it is in nested objects [o], which are not supported");
    assertBad("test", "{}", "Required [field]");
    for (String field : List.of("empty", "unknown_dims", "dense_empty")) {
      bad(field, "", cannot + "a shard must have at least [2] documents", "has [0]");
    }
  }

  public void testTooFewDocuments() {
    createVectorIndex("one", matryoshka("v", DIMS, ""));
    String queries = "{\"field\": \"v\", \"queries\": [" + json(nested()) + "]}";
    assertBad("one", "{\"field\": \"v\"}", "field [v]", "at least [2] documents", "has [0]");
    assertBad("one", queries, "field [v]", "at least [1] documents", "has [0]");
    index("one", "1", "{\"v\": " + json(nested()) + "}");
    flush("one");
    assertBad("one", "{\"field\": \"v\"}", "field [v]", "at least [2] documents", "has [1]");
    assertEquals(1.0, evaluate("one", queries).number("present.recall.mean"), 0);
    bad("v", ", \"filter\": {\"term\": {\"n\": 7777}}", "at least [2] documents", "has [0]");
  }

  public void testNumbers() {
    bad("v", ", \"k\": 0", "[k] must be between [1] and [1000] but was [0]");
    bad("v", ", \"k\": 1001", "[k] must be between [1] and [1000] but was [1001]");
    bad("v", ", \"sample\": 0", "[sample] must be between [1] and [1000] but was [0]");
    bad("v", ", \"sample\": 1001", "[sample] must be between [1] and [1000] but was [1001]");
    for (String target : List.of("0.49", "0.9999", "-1")) {
      bad(
          "v",
          ", \"target_recall\": " + target,
          "[target_recall] must be between [0.5] and [0.999] but was [" + target);
    }
    bad("v", ", \"target_recall\": [0.9, 2]", "[target_recall] must be between", "was [2]");
    bad("v", ", \"target_recall\": \"NaN\"", "[target_recall] must be between", "was [NaN]");
    bad("v", ", \"prefix_dims\": [4, 0]", "[prefix_dims] must be between [1]", "was [0]");
    bad("v", ", \"prefix_dims\": 33", "dims [32] of field [v] but was [33]");
    bad("v", ", \"oversample\": [0.5]", "[oversample] must be between [1] and [100] but was [0.5]");
    bad(
        "v",
        ", \"num_candidates\": 9",
        "[num_candidates] must be between [10] and [10000] but was [9]");
    bad("v", ", \"max_documents\": 99", "[max_documents] must be between [100] and [5000000]");
    bad("v", ", \"timeout\": \"2h\"", "[timeout in seconds] must be between", "[3600]", "[7200]");
    bad("v", ", \"timeout\": \"soon\"", "failed to parse setting [timeout]", "[soon]");
  }

  public void testLists() {
    StringBuilder many = new StringBuilder("1");
    for (int i = 0; i < 16; i++) {
      many.append(", 1");
    }
    for (String list : List.of("prefix_dims", "oversample", "num_candidates")) {
      bad(
          "v",
          ", \"k\": 1, \"" + list + "\": [" + many + "]",
          "[" + list + "] must have at most [16] elements but has [17]");
    }
  }

  public void testTypes() {
    for (String type : List.of("flat", "int8", "")) {
      String reason =
          "[index_options.type] must be one of [hnsw, int8_hnsw, int4_hnsw, bbq_hnsw] but was ["
              + type
              + "]";
      bad("v", ", \"index_options\": {\"type\": \"" + type + "\"}", reason);
      bad("v", ", \"index_options\": {\"type\": [\"hnsw\", \"" + type + "\"]}", reason);
    }
    bad("v", ", \"unknown\": 1", "unknown field [unknown]");
    bad("v", ", \"index_options\": {\"m\": 1}", "unknown field [m]");
  }

  public void testQueries() {
    String ok = json(nested());
    bad("v", ", \"queries\": [" + ok + "], \"sample\": 5", "only one of [queries] and [sample]");
    bad("v", ", \"queries\": []", "[queries] must hold at least [1] vector but holds [0]");
    bad("v", ", \"queries\": [1, 2]", "[queries] element [0] must be an array of numbers");
    bad("v", ", \"queries\": {}", "[queries] must be an array of vectors");
    String nan = ok.replaceFirst("\\[[^,]*", "[\"NaN\"");
    bad("v", ", \"queries\": [" + ok + ", " + nan + "]", "[queries] element [1]", "[0] is [NaN]");
    bad("v", ", \"queries\": [[1, 2]]", "element [0] has [2] dimensions but field [v] has [32]");
    bad("dense", ", \"queries\": [[1, 2]]", "element [0] has [2]", "field [dense] has [32]");
    String zero = json(new float[DIMS]);
    bad("v", ", \"queries\": [" + zero + "]", "zero magnitude");
    bad("dense", ", \"queries\": [" + zero + "]", "zero magnitude");
    bad(
        "v",
        ", \"queries\": [[1]" + ", [1]".repeat(1000) + "]",
        "[queries] must be between [1] and [1000] but was [1001]");
  }

  /** What is too much together is refused before it is begun. */
  public void testTooMuchToKeep() {
    createVectorIndex("big", matryoshka("v", 4, ""));
    for (int i = 0; i < 1100; i++) {
      index("big", Integer.toString(i), "{\"v\": " + json(unitVector(4)) + "}");
    }
    flush("big");
    String filter = ", \"filter\": {\"term\": {\"n\": 7777}}"; // not even looked for
    for (String more : List.of("", filter)) {
      assertBad(
          "big",
          "{\"field\": \"v\", \"k\": 1000, \"sample\": 1000" + more + "}",
          "[k] times queries times [prefix_dims] times [index_options.type] of field [v]",
          "at most [4000000] but was [12000000]");
    }
  }

  public void testMemory() {
    limit("100kb");
    try {
      Exception e = expectThrows(Exception.class, () -> evaluate("test", "{\"field\": \"v\"}"));
      assertEquals(RestStatus.TOO_MANY_REQUESTS, ExceptionsHelper.status(e));
      String trace = ExceptionsHelper.stackTrace(e);
      assertTrue(trace, trace.contains("matryoshka evaluate of field [v]"));
      assertTrue(trace, trace.contains("larger than the limit of [102400/100kb]"));
    } finally {
      limit(null);
    }
    evaluate("test", "{\"field\": \"v\"}"); // all that was taken has been given back
  }

  /** What many shards answer together is more than what each of them keeps. */
  public void testMemoryOfAnswers() throws Exception {
    createVectorIndex(
        "shards",
        Settings.builder().put("index.number_of_shards", 30).build(),
        matryoshka("v", DIMS, ""));
    fill("shards", "v", 100, 1);
    String queries = ", \"k\": 100, \"queries\": " + Collections.nCopies(5, json(nested()));
    CircuitBreaker breaker =
        getInstanceFromNode(CircuitBreakerService.class).getBreaker(CircuitBreaker.REQUEST);
    limit("2500kb");
    try {
      String body = "{\"field\": \"v\"" + queries + "}";
      Exception e = expectThrows(Exception.class, () -> evaluate("shards", body));
      assertEquals(RestStatus.TOO_MANY_REQUESTS, ExceptionsHelper.status(e));
      String trace = ExceptionsHelper.stackTrace(e);
      assertTrue(
          trace, trace.contains("answers of [30] shards to matryoshka evaluate of field [v]"));
      assertTrue(trace, trace.contains("larger than the limit of [2560000/2.4mb]"));
      evaluate("test", body); // of one shard
    } finally {
      limit(null);
    }
    bad("n", queries, "its type must be one of");
    assertBusy(() -> assertEquals(0, breaker.getUsed())); // after the answer
  }

  private void limit(String bytes) {
    String key = HierarchyCircuitBreakerService.REQUEST_CIRCUIT_BREAKER_LIMIT_SETTING.getKey();
    clusterAdmin()
        .prepareUpdateSettings(TEST_REQUEST_TIMEOUT, TEST_REQUEST_TIMEOUT)
        .setPersistentSettings(Settings.builder().put(key, bytes))
        .get();
  }

  public void testTimeout() {
    Exception e =
        expectThrows(
            Exception.class,
            () -> evaluate("test", "{\"field\": \"v\", \"timeout\": \"1ms\", \"sample\": 500}"));
    assertEquals(RestStatus.TOO_MANY_REQUESTS, ExceptionsHelper.status(e));
    String trace = ExceptionsHelper.stackTrace(e);
    assertTrue(
        trace, trace.contains("evaluate of field [v] did not end within [timeout] of [1ms]"));
  }

  /** What differs between indices cannot be one answer. */
  public void testDifferentMappings() {
    createVectorIndex("other", matryoshka("v", DIMS, "\"prefix_dims\": 3"));
    fill("other", "v", 20, 1);
    assertBad("test,other", "{\"field\": \"v\"}", "in one shard", "in another");
  }

  private void bad(String field, String more, String... reasons) {
    String[] named = reasons.clone();
    for (int i = 0; i < named.length; i++) {
      named[i] = named[i].contains("%s") ? String.format(Locale.ROOT, named[i], field) : named[i];
    }
    assertBad("test", "{\"field\": \"" + field + "\"" + more + "}", named);
  }
}
