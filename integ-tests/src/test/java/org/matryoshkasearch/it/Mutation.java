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
package org.matryoshkasearch.it;

import com.carrotsearch.randomizedtesting.generators.RandomPicks;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import org.matryoshkasearch.cli.node.Json;

/** Makes malformed and extreme bodies out of right ones. */
final class Mutation {

  /** Values at the limits, beyond them, and of other types. */
  private static final List<String> VALUES =
      List.of(
          "null true false \"\" \"abc\" \"NaN\" \"-Infinity\" \"1e39\" \"5\" \"-1\" \"AAAA\" \"00ff7f80\"",
          "-1 0 1 2 3 4 5 7 8 9 -0.0 0.5 0.4999 0.999 1.5 1e-50 1e-40 3.4e38 1e39 1e308 -1e38",
          "15 16 100 101 512 513 999 1000 1001 3200 3201 4096 4097 10000 10001 100000",
          "2147483647 -2147483648 2147483648 9223372036854775807 -9223372036854775808",
          "1180591620717411303424 {} [] [[]] [null] [1] [[1,2],[3]] {\"a\":1} [{}] \"*\" \"_id\" \"é𝄞\"",
          "[0,0,0,0,0,0,0,0] [1e38,1e38,1e38,1e38,1e38,1e38,1e38,1e38] [1,2,3,4,5,6,7,8,9]",
          "[1e-45,0,0,0,0,0,0,0] [0,0,0,0,1,1,1,1] [\"1\",2,3,4,5,6,7,8] \"cosine\" \"l2_norm\"",
          "\"max_inner_product\" \"dot_product\" \"bfloat16\" \"byte\" \"hnsw\" \"int8_hnsw\" \"bbq_hnsw\"",
          "\"bbq_disk\" \"int4_flat\" \"matryoshka_vector\" \"dense_vector\" \"nested\" \"object\" \"layer_norm\"");

  private static final List<String> KEYS =
      List.of(
          "field",
          "query_vector",
          "k",
          "num_candidates",
          "rescore_vector",
          "oversample",
          "target_recall",
          "exact",
          "funnel",
          "dims",
          "keep",
          "filter",
          "auto_prefiltering",
          "similarity",
          "boost",
          "_name",
          "prefix_dims",
          "type",
          "m",
          "ef_construction",
          "index_options",
          "element_type",
          "recipe",
          "allow_truncated",
          "index",
          "meta",
          "query_vector_builder",
          "lookup",
          "size",
          "from",
          "sample",
          "queries",
          "max_documents",
          "timeout",
          "unknown",
          "copy_to",
          "fields",
          "null_value",
          "doc_values",
          "store",
          "visit_percentage");

  private static final Pattern SPACE = Pattern.compile(" ");
  private static final int MOST_SHARDS = 3;

  private final Random random;
  private final List<JsonNode> values = new ArrayList<>();

  Mutation(Random random) throws JsonProcessingException {
    this.random = random;
    for (String line : VALUES) {
      for (String value : SPACE.splitAsStream(line).toList()) {
        values.add(Json.parse(value));
      }
    }
    values.add(TextNode.valueOf("x".repeat(40_000)));
    values.add(TextNode.valueOf("A".repeat(5464))); // base64 of 4098 bytes
    values.add(Json.array(new float[5000]));
    values.add(Json.parse("[".repeat(100) + "]".repeat(100)));
    values.add(Json.parse("{\"bool\":{\"must\":".repeat(40) + "{}" + "}}".repeat(40)));
  }

  /**
   * Another body.
   *
   * @param body JSON or JSON lines
   */
  byte[] of(String body) throws IOException {
    byte[] bytes = body.contains("\n{") ? ofLines(body) : ofJson(Json.parse(body));
    return random.nextInt(12) == 0 ? broken(bytes) : bytes;
  }

  private byte[] ofLines(String body) throws IOException {
    List<String> lines = new ArrayList<>(body.strip().lines().toList());
    int changed = random.nextInt(lines.size());
    byte[] line = ofJson(Json.parse(lines.get(changed)));
    lines.set(changed, new String(line, StandardCharsets.UTF_8));
    return (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private byte[] ofJson(JsonNode body) throws IOException {
    JsonNode changed = body.deepCopy();
    for (int times = 1 + random.nextInt(3); times > 0; times--) {
      change(changed);
    }
    limitShards(changed);
    return Json.bytes(changed);
  }

  /** What is not valid JSON, or not valid UTF-8. */
  private byte[] broken(byte[] bytes) {
    int at = random.nextInt(bytes.length);
    if (random.nextBoolean()) {
      return Arrays.copyOf(bytes, at);
    }
    bytes[at] = (byte) random.nextInt(256);
    return bytes;
  }

  /** Changes something in a container or in one that it holds. */
  private void change(JsonNode container) {
    List<JsonNode> inner = new ArrayList<>();
    container.forEach(
        child -> {
          if (child.isContainerNode()) {
            inner.add(child);
          }
        });
    if (!inner.isEmpty() && random.nextInt(4) > 0) {
      change(RandomPicks.randomFrom(random, inner));
    } else if (container instanceof ObjectNode object) {
      changeObject(object);
    } else if (container instanceof ArrayNode array) {
      changeArray(array);
    }
  }

  private void changeObject(ObjectNode object) {
    List<String> names = object.properties().stream().map(Map.Entry::getKey).toList();
    int kind = names.isEmpty() ? 0 : random.nextInt(8);
    if (kind <= 1) {
      object.set(RandomPicks.randomFrom(random, KEYS), value());
      return;
    }
    String name = RandomPicks.randomFrom(random, names);
    switch (kind) {
      case 2 -> object.remove(name);
      case 3 -> object.set(RandomPicks.randomFrom(random, KEYS), object.remove(name));
      case 4 -> object.set(name, Json.object().set(name, object.get(name)));
      default -> object.set(name, value());
    }
  }

  private void changeArray(ArrayNode array) {
    if (array.isEmpty()) {
      array.add(value());
      return;
    }
    int at = random.nextInt(array.size());
    switch (random.nextInt(4)) {
      case 0 -> array.remove(at);
      case 1 -> {
        JsonNode repeated = array.get(at);
        for (int times = 1 << random.nextInt(13); times > 0; times--) {
          array.add(repeated);
        }
      }
      default -> array.set(at, value());
    }
  }

  private JsonNode value() {
    return RandomPicks.randomFrom(random, values).deepCopy();
  }

  /** Hundreds of shards or copies are no fault, but end the test. */
  private static void limitShards(JsonNode body) {
    for (JsonNode parent : body.findParents("number_of_shards")) {
      if (parent.path("number_of_shards").asInt() > MOST_SHARDS) {
        ((ObjectNode) parent).put("number_of_shards", MOST_SHARDS);
      }
    }
  }
}
