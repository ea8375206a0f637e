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
package org.matryoshkasearch.benchmarks.node;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.matryoshkasearch.benchmarks.index.Contender.Family;
import org.matryoshkasearch.cli.node.Json;

/**
 * A way to index vectors on a node and to search them.
 *
 * @param name what to call it
 * @param family whose it is
 * @param type of the field
 * @param codes {@code index_options.type} of the field
 * @param rescored which share of the candidates is compared once more by the full vectors: 0 to 1
 */
record NodeContender(String name, Family family, String type, String codes, double rescored) {

  /** The field of ours. */
  static final String OURS = "matryoshka_vector";

  /** The field of Elasticsearch. */
  static final String THEIRS = "dense_vector";

  /** The codes of ours that are its default. */
  static final String DEFAULT_CODES = "int4_hnsw";

  private static final String FLOAT32 = "hnsw";

  /**
   * Ours with its default and with one bit, and the kinds of {@code dense_vector}. {@code
   * int8_hnsw} rescores nothing unless it is told to, and can do with fewer rescored vectors than
   * candidates, as {@code bbq_hnsw} and ours can: these are searched either way, and the better one
   * counts.
   */
  static List<NodeContender> all() {
    List<NodeContender> all = new ArrayList<>();
    all.add(theirs(FLOAT32, "", 0));
    all.add(theirs("int8_hnsw", "", 0));
    all.add(theirs("int8_hnsw", "-rescored", 1));
    all.add(theirs("bbq_hnsw", "", 1));
    all.add(theirs("bbq_hnsw", "-half", 0.5));
    for (String codes : List.of(DEFAULT_CODES, "bbq_hnsw")) {
      all.add(ours(codes, "", 1));
      all.add(ours(codes, "-half", 0.5));
    }
    return all;
  }

  private static NodeContender theirs(String codes, String way, double rescored) {
    return new NodeContender("dense-" + codes + way, Family.ELASTICSEARCH, THEIRS, codes, rescored);
  }

  private static NodeContender ours(String codes, String way, double rescored) {
    return new NodeContender("matryoshka-" + codes + way, Family.MATRYOSHKA, OURS, codes, rescored);
  }

  /** The name of the index, which contenders with the same field share. */
  String index() {
    return type + "-" + codes;
  }

  /** The mapping of the field. */
  ObjectNode field(int dims) {
    ObjectNode field = Json.object().put("type", type).put("dims", dims);
    field.put("similarity", "cosine").putObject("index_options").put("type", codes);
    return field;
  }

  /** The search request for a vector, which is given as JSON. */
  String request(String vector, int k, int candidates) {
    String query = type.equals(OURS) ? "matryoshka_knn" : "knn";
    StringBuilder request = new StringBuilder();
    request.append("{\"size\":").append(k).append(",\"_source\":false,\"query\":{\"");
    request.append(query).append("\":{\"field\":\"").append(NodeIndex.FIELD);
    request.append("\",\"k\":").append(k);
    request.append(",\"num_candidates\":").append(candidates);
    if (!codes.equals(FLOAT32)) {
      request.append(",\"rescore_vector\":{\"oversample\":");
      request.append(oversample(k, candidates)).append('}');
    }
    return request.append(",\"query_vector\":").append(vector).append("}}}").toString();
  }

  /** 0 keeps {@code dense_vector} from rescoring. */
  private double oversample(int k, int candidates) {
    return rescored == 0 ? 0 : Math.max(1, rescored * candidates / k);
  }
}
