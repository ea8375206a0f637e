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
import java.util.HashMap;
import java.util.Map;
import org.elasticsearch.common.Strings;
import org.elasticsearch.common.xcontent.support.XContentMapValues;
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

  private static final int MAX_M = 512;
  private static final int MAX_EF_CONSTRUCTION = 3200;

  /** Checks the ranges. */
  public IndexOptions {
    checkRange("m", m, 2, MAX_M);
    checkRange("ef_construction", efConstruction, 1, MAX_EF_CONSTRUCTION);
  }

  private static void checkRange(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          "[index_options."
              + name
              + "] must be between ["
              + min
              + "] and ["
              + max
              + "] but was ["
              + value
              + "]");
    }
  }

  /**
   * Reads the parameter from a mapping; what is left out has its default.
   *
   * @param node the value as parsed, a map
   * @throws IllegalArgumentException when a value is out of range, or something is unknown
   */
  static IndexOptions parse(String field, Object node) {
    Map<String, Object> left = copyOfMap("index_options", node);
    Object type = left.remove("type");
    Object m = left.remove("m");
    Object efConstruction = left.remove("ef_construction");
    Object rescore = left.remove(RescoreVector.NAME);
    checkNothingLeft(left, "index_options", field);
    return new IndexOptions(
        type == null ? DEFAULT.type : GraphType.of(field, XContentMapValues.nodeStringValue(type)),
        m == null ? DEFAULT.m : XContentMapValues.nodeIntegerValue(m),
        efConstruction == null
            ? DEFAULT.efConstruction
            : XContentMapValues.nodeIntegerValue(efConstruction),
        rescore == null ? DEFAULT.rescoreVector : parseRescoreVector(field, rescore));
  }

  private static RescoreVector parseRescoreVector(String field, Object node) {
    Map<String, Object> left = copyOfMap(RescoreVector.NAME, node);
    Object oversample = left.remove("oversample");
    if (oversample == null) {
      throw new IllegalArgumentException(
          "[" + RescoreVector.NAME + "] of field [" + field + "] needs [oversample]");
    }
    checkNothingLeft(left, RescoreVector.NAME, field);
    return new RescoreVector((float) XContentMapValues.nodeDoubleValue(oversample));
  }

  private static Map<String, Object> copyOfMap(String name, Object node) {
    return new HashMap<>(XContentMapValues.nodeMapValue(node, name));
  }

  private static void checkNothingLeft(Map<String, Object> left, String where, String field) {
    if (left.isEmpty() == false) {
      throw new IllegalArgumentException(
          "unknown parameters " + left.keySet() + " in [" + where + "] of field [" + field + "]");
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
