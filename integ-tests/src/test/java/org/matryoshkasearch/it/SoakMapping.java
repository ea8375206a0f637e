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
import com.carrotsearch.randomizedtesting.generators.RandomPicks;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.matryoshkasearch.cli.node.Json;
import org.matryoshkasearch.cli.vectors.Similarity;

/**
 * The fields of an index for random steps: one of ours, {@code twin}, a {@code dense_vector} of the
 * same vectors, and {@code drop_in}, another with a prefix. All may be in nested objects.
 */
final class SoakMapping {

  static final String TWIN = "twin";
  static final String DROP_IN = "drop_in";

  /** From here on a {@code dense_vector} may have one bit a dimension. */
  private static final int LEAST_BBQ_DIMS = 64;

  private final Random random;
  private final int dims;
  private final int prefixDims;
  private final Similarity similarity;
  private final String type;
  private final boolean rounded;
  private final boolean nested;
  private final boolean truncated;
  private final int shards;
  private final List<float[]> topics = new ArrayList<>();

  SoakMapping(Random random) {
    this.random = random;
    dims = RandomNumbers.randomIntBetween(random, 2, random.nextInt(4) == 0 ? 300 : 96);
    prefixDims = random.nextInt(3) == 0 ? dims : RandomNumbers.randomIntBetween(random, 1, dims);
    similarity = RandomPicks.randomFrom(random, Similarity.values());
    List<String> types = new ArrayList<>(List.of("hnsw", "int8_hnsw", "int4_hnsw"));
    if (dims >= LEAST_BBQ_DIMS) {
      types.add("bbq_hnsw");
    }
    type = dims % 2 == 0 ? RandomPicks.randomFrom(random, types) : types.get(random.nextInt(2));
    boolean unit = similarity == Similarity.DOT_PRODUCT;
    rounded = random.nextInt(3) == 0;
    nested = random.nextInt(3) == 0;
    truncated = !unit && random.nextInt(4) == 0;
    shards = random.nextInt(3) == 0 ? 2 : 1;
    int count = RandomNumbers.randomIntBetween(random, 5, 200);
    for (int i = 0; i < count; i++) {
      topics.add(gaussian(1));
    }
  }

  /** Settings and mappings. */
  ObjectNode index() {
    ObjectNode body = Json.object();
    ObjectNode settings =
        body.putObject("settings")
            .put("number_of_shards", shards)
            .put("number_of_replicas", 0)
            .put("refresh_interval", "-1");
    ObjectNode properties = body.putObject("mappings").putObject("properties");
    properties.putObject("lang").put("type", "keyword");
    properties.putObject("n").put("type", "integer");
    ObjectNode vectors = properties;
    if (nested) {
      vectors = properties.putObject("p").put("type", "nested").putObject("properties");
    }
    ObjectNode ours = vector(vectors.putObject(TestIndex.FIELD), "matryoshka_vector");
    ours.put("prefix_dims", prefixDims);
    if (truncated) {
      ours.put("allow_truncated", true);
    }
    vector(vectors.putObject(TWIN), "dense_vector");
    vector(vectors.putObject(DROP_IN), "dense_vector");
    settings.put("index.matryoshka.dense_vector." + path(DROP_IN) + ".prefix_dims", prefixDims);
    return body;
  }

  /** A mapping that changes what may change: how new segments are written. */
  ObjectNode changed() {
    ObjectNode body = Json.object();
    ObjectNode vectors = body.putObject("properties");
    if (nested) {
      vectors = vectors.putObject("p").put("type", "nested").putObject("properties");
    }
    ObjectNode ours = vector(vectors.putObject(TestIndex.FIELD), "matryoshka_vector");
    ours.put("prefix_dims", prefixDims).put("allow_truncated", truncated);
    int m = RandomNumbers.randomIntBetween(random, 2, 64);
    ((ObjectNode) ours.get("index_options")).put("m", m).put("ef_construction", m + 50);
    return body;
  }

  private ObjectNode vector(ObjectNode field, String fieldType) {
    field
        .put("type", fieldType)
        .put("dims", dims)
        .put("similarity", similarity.mappingName())
        .put("element_type", rounded ? "bfloat16" : "float")
        .putObject("index_options")
        .put("type", type);
    return field;
  }

  /** The full name of a field. */
  String path(String field) {
    return nested ? "p." + field : field;
  }

  boolean isNested() {
    return nested;
  }

  int prefixDims() {
    return prefixDims;
  }

  boolean isWhole(float[] target) {
    return target.length == dims;
  }

  /** Whether a graph of ours is over whole vectors, as that of the twin. */
  boolean isComparable() {
    return prefixDims == dims;
  }

  Random random() {
    return random;
  }

  /** A query about the vectors, as it stands in a search. */
  ObjectNode around(ObjectNode vectorQuery) {
    if (!nested) {
      return vectorQuery;
    }
    ObjectNode query = Json.object();
    query.putObject("nested").put("path", "p").put("score_mode", "max").set("query", vectorQuery);
    return query;
  }

  /** The vector fields of a document, of one vector or, if nested, of any number. */
  void putVectors(ObjectNode document, List<float[]> vectors) {
    if (nested) {
      ArrayNode passages = document.putArray("p");
      vectors.forEach(vector -> putVector(passages.addObject(), vector));
    } else {
      vectors.forEach(vector -> putVector(document, vector));
    }
  }

  private void putVector(ObjectNode object, float[] vector) {
    object.set(TestIndex.FIELD, Json.array(vector));
    float[] whole = Arrays.copyOf(vector, dims);
    object.set(TWIN, Json.array(whole));
    object.set(DROP_IN, Json.array(whole));
  }

  /** Whether a document gives back our vectors as they were sent, but for rounding. */
  boolean hasVectors(JsonNode source, List<float[]> vectors) {
    List<JsonNode> found = new ArrayList<>();
    if (nested) {
      source.path("p").forEach(passage -> found.add(passage.path(TestIndex.FIELD)));
    } else if (source.has(TestIndex.FIELD)) {
      found.add(source.path(TestIndex.FIELD));
    }
    boolean same = found.size() == vectors.size();
    for (int i = 0; same && i < vectors.size(); i++) {
      same = isVector(found.get(i), vectors.get(i));
    }
    return same;
  }

  private boolean isVector(JsonNode array, float[] vector) {
    boolean same = array.size() == vector.length;
    for (int i = 0; same && i < vector.length; i++) {
      float error = rounded ? Math.abs(vector[i]) / 256 : 0;
      same = Math.abs((float) array.path(i).asDouble() - vector[i]) <= error;
    }
    return same;
  }

  /** As many vectors as a document has. */
  List<float[]> randomVectors() {
    List<float[]> vectors = new ArrayList<>();
    int count = nested ? random.nextInt(6) : random.nextInt(12) == 0 ? 0 : 1;
    for (int i = 0; i < count; i++) {
      float[] vector = whole();
      boolean cut = truncated && random.nextInt(3) == 0;
      vectors.add(
          cut
              ? Arrays.copyOf(vector, RandomNumbers.randomIntBetween(random, prefixDims, dims))
              : vector);
    }
    return vectors;
  }

  /** A vector to search for, sometimes a shorter one. */
  float[] randomTarget() {
    float[] target = wholeTarget();
    return random.nextInt(5) == 0
        ? Arrays.copyOf(target, RandomNumbers.randomIntBetween(random, prefixDims, dims))
        : target;
  }

  /** A vector to search for, of all dimensions. */
  float[] wholeTarget() {
    return whole();
  }

  private float[] whole() {
    float[] vector = gaussian(0.5f);
    float[] topic = topics.get(random.nextInt(topics.size()));
    double squares = 0;
    for (int i = 0; i < dims; i++) {
      vector[i] += topic[i];
      squares += (double) vector[i] * vector[i];
    }
    if (similarity == Similarity.DOT_PRODUCT) {
      for (int i = 0; i < dims; i++) {
        vector[i] = (float) (vector[i] / Math.sqrt(squares));
      }
    }
    return vector;
  }

  private float[] gaussian(float spread) {
    float[] vector = new float[dims];
    for (int i = 0; i < dims; i++) {
      vector[i] = spread * (float) random.nextGaussian();
    }
    return vector;
  }

  /** The score of a vector as it is stored, of as many dimensions as the target has. */
  double score(float[] target, float[] vector) {
    float[] whole = stored(vector);
    float[] compared = Arrays.copyOf(whole, target.length);
    if (target.length < dims && similarity == Similarity.MAX_INNER_PRODUCT) {
      double scale = length(whole) / Math.max(length(compared), Float.MIN_NORMAL);
      for (int i = 0; i < compared.length; i++) {
        compared[i] = (float) (compared[i] * scale);
      }
    }
    boolean directions = target.length < dims && similarity == Similarity.DOT_PRODUCT;
    double score = (directions ? Similarity.COSINE : similarity).score(target, compared);
    return Math.max(0, score); // rounded, a vector may be longer than 1
  }

  private static double length(float[] vector) {
    double squares = 0;
    for (float component : vector) {
      squares += (double) component * component;
    }
    return Math.sqrt(squares);
  }

  /** To the nearest bfloat16, of two the even one. */
  private float[] stored(float[] vector) {
    float[] stored = vector.clone();
    for (int i = 0; rounded && i < stored.length; i++) {
      int bits = Float.floatToIntBits(vector[i]);
      stored[i] = Float.intBitsToFloat((bits + 0x7FFF + (bits >>> 16 & 1)) & 0xFFFF0000);
    }
    return stored;
  }

  /**
   * How far a score may be from that. Nearly opposite directions are 1 plus nearly -1, and {@code
   * dense_vector} rounds directions when it has brought them to unit length.
   *
   * @param ours whether the field is a {@code matryoshka_vector}
   */
  double error(double score, boolean ours) {
    boolean ofDirections = similarity == Similarity.COSINE || similarity == Similarity.DOT_PRODUCT;
    if (!ofDirections) {
      return 1e-5 * score;
    }
    return rounded && !ours ? 0.05 * score + 4e-3 : 1e-5 * score + 1e-6;
  }

  /** The score of a similarity as the parameter of that name takes it. */
  double similarityOf(double score) {
    return switch (similarity) {
      case COSINE, DOT_PRODUCT -> 2 * score - 1;
      case L2_NORM -> Math.sqrt(1 / score - 1);
      case MAX_INNER_PRODUCT -> score < 1 ? 1 - 1 / score : score - 1;
    };
  }

  @Override
  public String toString() {
    return index().toString();
  }
}
