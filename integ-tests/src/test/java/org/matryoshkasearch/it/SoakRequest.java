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

import com.carrotsearch.randomizedtesting.generators.RandomNumbers;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Random;
import org.matryoshkasearch.cli.node.Json;

/** A random search of an index of random steps: what it asks, and which documents it may find. */
final class SoakRequest {

  private final SoakMapping mapping;
  private final String field;
  private final float[] target;
  private final int k;
  private final int candidates;
  private final int oversample;
  private final ObjectNode filter;
  private final String lang;
  private final int below;
  private final boolean around;
  private final ObjectNode stage;
  private double lowestScore;

  /** Asks {@code embedding} with {@code matryoshka_knn}, others with {@code knn}. */
  SoakRequest(SoakMapping mapping, String field) {
    Random random = mapping.random();
    this.mapping = mapping;
    this.field = field;
    boolean ours = isOurs();
    target = ours ? mapping.randomTarget() : mapping.wholeTarget();
    k = RandomNumbers.randomIntBetween(random, 1, random.nextInt(5) == 0 ? 1500 : 20);
    oversample = RandomNumbers.randomIntBetween(random, 1, 8);
    candidates = Math.min(10_000, k + random.nextInt(random.nextInt(4) == 0 ? 3000 : 1 + 5 * k));
    lang = random.nextInt(4) == 0 ? "en" : null;
    below = random.nextInt(4) == 0 ? random.nextInt(1001) : 1000;
    filter = filter();
    around = ours && filter != null && random.nextInt(3) == 0;
    stage = ours && random.nextInt(5) == 0 ? stage(random) : null;
  }

  /** What is left of the candidates after some of the dims, if there is room for a stage. */
  private ObjectNode stage(Random random) {
    int least = mapping.prefixDims() + 1;
    int kept = Math.min(10_000, Math.max(candidates, k * oversample)) - 1;
    return least < target.length && k <= kept
        ? Json.object()
            .put("dims", RandomNumbers.randomIntBetween(random, least, target.length - 1))
            .put("keep", RandomNumbers.randomIntBetween(random, k, kept))
        : null;
  }

  private ObjectNode filter() {
    if (lang == null && below == 1000) {
      return null;
    }
    ObjectNode bool = Json.object();
    ArrayNode all = bool.putObject("bool").putArray("filter");
    if (lang != null) {
      all.addObject().putObject("term").put("lang", lang);
    }
    if (below < 1000) {
      all.addObject().putObject("range").putObject("n").put("lt", below);
    }
    return bool;
  }

  boolean accepts(SoakRun.Doc doc) {
    return (lang == null || doc.lang().equals(lang)) && doc.n() < below;
  }

  /** Asks for what is as near as this at least. */
  void demand(double score) {
    lowestScore = score;
  }

  double lowestScore() {
    return lowestScore;
  }

  float[] target() {
    return target;
  }

  boolean isOurs() {
    return field.equals(TestIndex.FIELD);
  }

  int k() {
    return k;
  }

  /** Whether all of so many documents are candidates up to the end. */
  boolean takesAll(int documents) {
    return stage == null && Math.min(10_000, k * oversample) >= documents;
  }

  /** The body of the search. */
  ObjectNode body() {
    return bodyFor(field);
  }

  /** The same of another field. */
  ObjectNode bodyFor(String asked) {
    ObjectNode query = Json.object();
    ObjectNode knn = query.putObject(asked.equals(TestIndex.FIELD) ? "matryoshka_knn" : "knn");
    knn.put("field", mapping.path(asked)).put("k", k).put("num_candidates", candidates);
    knn.set("query_vector", Json.array(target));
    knn.putObject("rescore_vector").put("oversample", (double) oversample);
    if (stage != null) {
      knn.putArray("funnel").add(stage);
    }
    if (lowestScore > 0) {
      knn.put("similarity", (float) mapping.similarityOf(lowestScore));
    }
    if (around) {
      knn.put("auto_prefiltering", true);
    } else if (filter != null) {
      knn.set("filter", filter);
    }
    ObjectNode body = Json.object().put("size", k).put("_source", false);
    ObjectNode whole = mapping.around(query);
    if (around) {
      ObjectNode bool = body.putObject("query").putObject("bool");
      bool.putArray("must").add(whole);
      bool.putArray("filter").add(filter);
    } else {
      body.set("query", whole);
    }
    return body;
  }

  /** Whether another kind of field, of whole vectors, can be asked the same. */
  boolean isPlain() {
    return stage == null && !around && lowestScore == 0 && mapping.isWhole(target);
  }

  /** Without the vector, which the seed tells. */
  @Override
  public String toString() {
    ObjectNode body = body();
    body.findParent("query_vector").put("query_vector", target.length + " dims");
    return body.toString();
  }
}
