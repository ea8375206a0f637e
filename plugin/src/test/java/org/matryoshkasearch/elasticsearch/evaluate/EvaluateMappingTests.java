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

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.elasticsearch.action.admin.indices.shrink.ResizeRequest;
import org.elasticsearch.action.admin.indices.shrink.ResizeType;
import org.elasticsearch.action.admin.indices.shrink.TransportResizeAction;
import org.elasticsearch.common.settings.Settings;

/** That an evaluation is of the field with all that its mapping says, and keeps it. */
public class EvaluateMappingTests extends EvaluateTestCase {
  private static final String OTHERS =
      ", \"k\": 3, \"target_recall\": 0.9, \"prefix_dims\": [2, 8]";

  /** Queries are compared after the recipe, as the vectors are that an index without one holds. */
  public void testRecipe() {
    createVectorIndex(
        "recipe", matryoshka("v", DIMS, "\"prefix_dims\": 4, \"recipe\": \"layer_norm\""));
    createVectorIndex("normed", matryoshka("v", DIMS, "\"prefix_dims\": 4"));
    List<String> sent = new ArrayList<>();
    List<String> normed = new ArrayList<>();
    for (int i = 0; i < 220; i++) {
      float[] vector = nested();
      for (int j = 0; j < DIMS; j++) {
        vector[j] += i < 200 ? 0.1f : 5; // the mean of queries is far more than their deviation
      }
      if (i < 200) {
        index("recipe", Integer.toString(i), "{\"v\": " + json(vector) + "}");
        index("normed", Integer.toString(i), "{\"v\": " + json(normed(vector)) + "}");
      } else {
        sent.add(json(vector));
        normed.add(json(normed(vector)));
      }
    }
    flush("recipe");
    flush("normed");
    Answer expected =
        evaluate("normed", "{\"field\": \"v\", \"queries\": " + normed + OTHERS + "}");
    Answer answer = evaluate("recipe", "{\"field\": \"v\", \"queries\": " + sent + OTHERS + "}");
    assertEquals(expected.at("settings"), answer.at("settings"));
    assertEquals(expected.at("present.recall"), answer.at("present.recall"));
    assertEquals(expected.at("recommended.recall"), answer.at("recommended.recall"));
    assertEquals("layer_norm", answer.at("present.recipe"));
    assertEquals("layer_norm", answer.at("recommended.mapping.properties.v.recipe"));
    assertNull(expected.at("present.recipe"));
    Answer documents = evaluate("recipe", "{\"field\": \"v\"}");
    assertTrue(documents.number("present.recall.mean") > 0.9);
    assertBad("recipe,normed", "{\"field\": \"v\"}", "in one shard", "in another");
  }

  private static float[] normed(float[] vector) {
    double mean = 0;
    for (float component : vector) {
      mean += component / (double) vector.length;
    }
    float[] normed = new float[vector.length];
    for (int i = 0; i < vector.length; i++) {
      normed[i] = (float) (vector[i] - mean);
    }
    return normed;
  }

  /** A clone that has a prefix, of whose segments not all have been written with it. */
  public void testSegmentsOfDifferentPrefixes() {
    createVectorIndex("plain", dense("v", ""));
    fill("plain", "v", 50, 1);
    indicesAdmin()
        .prepareUpdateSettings("plain")
        .setSettings(Settings.builder().put("index.blocks.write", true))
        .get();
    ResizeRequest clone =
        new ResizeRequest(
            TEST_REQUEST_TIMEOUT, TEST_REQUEST_TIMEOUT, ResizeType.CLONE, "plain", "clone");
    clone.setTargetIndexSettings(
        Settings.builder()
            .put("index.number_of_replicas", 0)
            .putNull("index.blocks.write")
            .put("index.matryoshka.dense_vector.v.prefix_dims", 8));
    client().execute(TransportResizeAction.TYPE, clone).actionGet();
    ensureGreen("clone");
    assertEquals(DIMS, evaluate("clone", "{\"field\": \"v\"}").at("present.prefix_dims"));
    index("clone", "new", "{\"v\": " + json(nested()) + "}");
    flush("clone");
    assertBad(
        "clone",
        "{\"field\": \"v\"}",
        "field [v]: its graph is over [32] dims in one segment but over [8] in another");
    forceMerge("clone");
    assertEquals(8, evaluate("clone", "{\"field\": \"v\"}").at("present.prefix_dims"));
  }

  /** What another prefix does not change is in the mapping to paste. */
  public void testMappingKeepsTheRest() {
    createVectorIndex(
        "test",
        matryoshka(
            "v",
            DIMS,
            "\"prefix_dims\": 8, \"allow_truncated\": true,"
                + " \"index_options\": {\"m\": 24, \"ef_construction\": 150}"));
    fill("test", "v", 100, 1);
    Answer answer = evaluate("test", "{\"field\": \"v\", \"sample\": 20}");
    for (String where : List.of("present", "recommended.mapping.properties.v")) {
      assertEquals(true, answer.at(where + ".allow_truncated"));
      assertEquals(24, answer.at(where + ".index_options.m"));
      assertEquals(150, answer.at(where + ".index_options.ef_construction"));
      assertNull(answer.at(where + ".recipe"));
    }
    @SuppressWarnings("unchecked")
    Map<String, Object> mapping = (Map<String, Object>) answer.at("recommended.mapping");
    createIndex("better", indicesAdmin().prepareCreate("better").setMapping(mapping));
  }
}
