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

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.matryoshkasearch.cli.node.Json;

/**
 * What is expected at a place of an answer:
 *
 * <ul>
 *   <li>{@code hits.total.value = 2}: the same JSON; numbers within 0.001%
 *   <li>{@code took >= 0}: a number, as large at least
 *   <li>{@code error.reason contains must be}: a text with that part
 *   <li>{@code hits.hits.0._source exists}, {@code hits.hits.0._source.embedding is missing}
 * </ul>
 *
 * <p>A number in a path is a position in an array, and {@code *} stands for all elements of an
 * array or values of an object: {@code hits.hits.*._id = ["1", "2"]}.
 */
final class Expectation {

  private static final Pattern FORM =
      Pattern.compile("(\\S+) (?:(=|>=|contains) (.+)|(exists|is missing))");

  private static final double TOLERANCE = 1e-5;

  private final String text;
  private final List<String> path;
  private final String operator;
  private final String operand;

  private Expectation(String text, Matcher matcher) {
    this.text = text;
    path = List.of(matcher.group(1).split("\\."));
    operator = matcher.group(2) == null ? matcher.group(4) : matcher.group(2);
    operand = matcher.group(3);
  }

  /**
   * Reads what is expected.
   *
   * @throws IllegalArgumentException when it is not of this form
   */
  static Expectation parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (matcher.matches() == false) {
      throw new IllegalArgumentException("not an expectation: " + text);
    }
    return new Expectation(text, matcher);
  }

  /** Whether an answer is as expected. */
  boolean holds(JsonNode answer) {
    JsonNode found = find(answer, path);
    return switch (operator) {
      case "=" -> same(json(operand), found);
      case ">=" -> found.isNumber() && found.asDouble() >= Double.parseDouble(operand);
      case "contains" -> found.asText().contains(operand);
      case "exists" -> found.isMissingNode() == false;
      default -> found.isMissingNode();
    };
  }

  /** Whether it is about failures of a request that was answered nevertheless. */
  boolean isOfFailures() {
    return path.getFirst().equals("errors") || path.getFirst().equals("_shards");
  }

  private static JsonNode find(JsonNode node, List<String> path) {
    if (path.isEmpty()) {
      return node;
    }
    String name = path.getFirst();
    List<String> rest = path.subList(1, path.size());
    if (name.equals("*")) {
      ArrayNode all = JsonNodeFactory.instance.arrayNode();
      node.forEach(
          child -> {
            JsonNode found = find(child, rest);
            if (found.isMissingNode() == false) {
              all.add(found);
            }
          });
      return all;
    }
    return find(node.isArray() ? node.path(Integer.parseInt(name)) : node.path(name), rest);
  }

  private static JsonNode json(String text) {
    try {
      return Json.parse(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not JSON: " + text, e);
    }
  }

  private static boolean same(JsonNode expected, JsonNode found) {
    return expected.equals(
        (a, b) -> {
          if (a.isNumber() && b.isNumber()) {
            double difference = Math.abs(a.asDouble() - b.asDouble());
            return difference <= TOLERANCE * Math.abs(a.asDouble()) ? 0 : 1;
          }
          return a.equals(b) ? 0 : 1;
        },
        found);
  }

  @Override
  public String toString() {
    return text;
  }
}
