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
import java.util.List;
import java.util.Map;
import org.elasticsearch.ExceptionsHelper;
import org.elasticsearch.common.Strings;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.common.xcontent.XContentHelper;
import org.elasticsearch.common.xcontent.support.XContentMapValues;
import org.elasticsearch.rest.RestStatus;
import org.elasticsearch.search.SearchModule;
import org.elasticsearch.xcontent.NamedXContentRegistry;
import org.elasticsearch.xcontent.XContentParser;
import org.elasticsearch.xcontent.XContentParserConfiguration;
import org.elasticsearch.xcontent.json.JsonXContent;
import org.matryoshkasearch.elasticsearch.VectorIndexTestCase;

/** Evaluates by the bodies that users send. */
abstract class EvaluateTestCase extends VectorIndexTestCase {
  static final int DIMS = 32;

  private static final NamedXContentRegistry REGISTRY =
      new NamedXContentRegistry(new SearchModule(Settings.EMPTY, List.of()).getNamedXContents());

  static EvaluateRequest request(String index, String body) {
    try (XContentParser parser =
        JsonXContent.jsonXContent.createParser(
            XContentParserConfiguration.EMPTY.withRegistry(REGISTRY), body)) {
      return new EvaluateRequest(EvaluationBody.parse(parser), index.split(",", -1));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  Answer evaluate(String index, String body) {
    EvaluateResponse response =
        client().execute(EvaluateAction.INSTANCE, request(index, body)).actionGet();
    return new Answer(
        XContentHelper.convertToMap(JsonXContent.jsonXContent, Strings.toString(response), false));
  }

  /** What was answered, as JSON. */
  record Answer(Map<String, Object> json) {
    Object at(String path) {
      return XContentMapValues.extractValue(path, json);
    }

    double number(String path) {
      return ((Number) at(path)).doubleValue();
    }

    @SuppressWarnings("unchecked")
    List<Map<String, Object>> settings() {
      return (List<Map<String, Object>>) json.get("settings");
    }

    List<Answer> presentSettings() {
      return settings().stream().map(Answer::new).filter(s -> s.at("present") != null).toList();
    }
  }

  /** Fails unless the request is bad, for all of these reasons. */
  void assertBad(String index, String body, String... reasons) {
    Exception e = expectThrows(Exception.class, () -> evaluate(index, body));
    assertEquals(
        ExceptionsHelper.stackTrace(e), RestStatus.BAD_REQUEST, ExceptionsHelper.status(e));
    for (String reason : reasons) {
      assertTrue(
          reason + " in " + ExceptionsHelper.stackTrace(e),
          ExceptionsHelper.stackTrace(e).contains(reason));
    }
  }

  static String dense(String name, String more) {
    return "\"" + name + "\": {\"type\": \"dense_vector\", \"dims\": " + DIMS + more + "}";
  }

  /** The leading dimensions carry the most. */
  static float[] nested() {
    float[] vector = unitVector(DIMS);
    for (int i = 0; i < DIMS; i++) {
      vector[i] *= (float) Math.exp(-i / 6.0);
    }
    return vector;
  }

  /** Documents with a number, and the field in all but one of ten. */
  List<float[]> fill(String index, String field, int count, int segments) {
    List<float[]> vectors = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      float[] vector = nested();
      String with = i % 10 == 9 ? "" : ", \"" + field + "\": " + json(vector);
      index(index, field + i, "{\"n\": " + i + with + "}");
      if (with.isEmpty() == false) {
        vectors.add(vector);
      }
      if ((i + 1) % Math.ceilDiv(count, segments) == 0) {
        flush(index);
      }
    }
    flush(index);
    return vectors;
  }
}
