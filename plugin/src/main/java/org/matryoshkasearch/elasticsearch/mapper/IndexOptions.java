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
package org.matryoshkasearch.elasticsearch.mapper;

import java.io.IOException;
import java.util.Map;
import org.elasticsearch.common.Strings;
import org.elasticsearch.xcontent.ParseField;
import org.elasticsearch.xcontent.ToXContentObject;
import org.elasticsearch.xcontent.XContentBuilder;

/**
 * The parameter {@code index_options}: the graph over the prefixes.
 *
 * @param type the codes in the graph; cannot be changed
 * @param m neighbours of a node, 2 to 512; a change holds for the segments written after it
 * @param efConstruction how widely the neighbours of a new node are searched, 1 to 3200; a change
 *     holds for the segments written after it
 * @param rescoreVector how many candidates a query rescores when it does not say so itself
 */
public record IndexOptions(GraphType type, int m, int efConstruction, RescoreVector rescoreVector)
    implements ToXContentObject {

  /** What a mapping without the parameter has. */
  public static final IndexOptions DEFAULT =
      new IndexOptions(GraphType.INT4_HNSW, 16, 100, RescoreVector.DEFAULT);

  static final String NAME = "index_options";

  /** The most that {@code m} can be. */
  public static final int MAX_M = 512;

  /** The most that {@code ef_construction} can be. */
  public static final int MAX_EF_CONSTRUCTION = 3200;

  /** Checks the ranges. */
  public IndexOptions {
    MappingValues.checkRange(NAME + ".m", m, 2, MAX_M);
    MappingValues.checkRange(NAME + ".ef_construction", efConstruction, 1, MAX_EF_CONSTRUCTION);
  }

  /**
   * Reads the parameter from a mapping.
   *
   * @param node the value as parsed, a map
   * @param others what is left out
   * @throws IllegalArgumentException when a value is out of range, or something is unknown
   */
  static IndexOptions parse(Object node, IndexOptions others) {
    Map<String, Object> left = MappingValues.object(NAME, node);
    Object type = left.remove("type");
    Object m = left.remove("m");
    Object efConstruction = left.remove("ef_construction");
    Object rescore = left.remove(RescoreVector.NAME);
    checkNothingLeft(left, NAME);
    return new IndexOptions(
        type == null ? others.type : GraphType.of(String.valueOf(type)),
        m == null ? others.m : MappingValues.integer(NAME + ".m", m),
        efConstruction == null
            ? others.efConstruction
            : MappingValues.integer(NAME + ".ef_construction", efConstruction),
        rescore == null ? others.rescoreVector : parseRescoreVector(rescore));
  }

  private static RescoreVector parseRescoreVector(Object node) {
    Map<String, Object> left = MappingValues.object(RescoreVector.NAME, node);
    Float oversample = number(left, RescoreVector.OVERSAMPLE);
    Float targetRecall = number(left, RescoreVector.TARGET_RECALL);
    checkNothingLeft(left, RescoreVector.NAME);
    return new RescoreVector(oversample, targetRecall);
  }

  private static Float number(Map<String, Object> left, ParseField parameter) {
    String name = parameter.getPreferredName();
    Object value = left.remove(name);
    return value == null
        ? null
        : (Float) MappingValues.number(RescoreVector.NAME + "." + name, value);
  }

  private static void checkNothingLeft(Map<String, Object> left, String where) {
    if (left.isEmpty() == false) {
      throw new IllegalArgumentException(
          "unknown parameters " + left.keySet() + " in [" + where + "]");
    }
  }

  @Override
  public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
    return builder
        .startObject()
        .field("type", type.toString())
        .field("m", m)
        .field("ef_construction", efConstruction)
        .field(RescoreVector.NAME, rescoreVector)
        .endObject();
  }

  @Override
  public String toString() {
    return Strings.toString(this);
  }
}
