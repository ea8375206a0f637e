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
package org.matryoshkasearch.elasticsearch.dense;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.index.FieldInfo;
import org.elasticsearch.common.settings.Setting;
import org.elasticsearch.common.settings.Setting.Property;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.index.mapper.vectors.DenseVectorFieldMapper;
import org.matryoshkasearch.elasticsearch.mapper.RescoreVector;
import org.matryoshkasearch.lucene.codec.MatryoshkaHnswVectorsFormat;

/**
 * The settings {@code index.matryoshka.dense_vector.<field>.prefix_dims} of an index: over how many
 * leading dimensions of a {@code dense_vector} field the graph is built. A field is named by its
 * full path, dots and all; {@code *} stands for every {@code dense_vector} field that is not named
 * and can have such a prefix. A value of null is as if the setting were not there.
 *
 * @param dimsOfField by field or {@code *}: 1 to {@link MatryoshkaHnswVectorsFormat#MAX_DIMS}
 * @param recallOfField by field or {@code *}: the share of the nearest that searches find, 0.5 to
 *     0.999
 */
public record DenseVectorPrefixes(
    Map<String, Integer> dimsOfField, Map<String, Float> recallOfField) {
  private static final String PREFIX = "index.matryoshka.dense_vector.";
  private static final String SUFFIX = ".prefix_dims";
  private static final String RECALL_SUFFIX = ".target_recall";
  private static final String ALL = "*";

  /** All of them. An affix setting could not name a field with dots. */
  public static final Setting<Settings> SETTING =
      Setting.groupSetting(PREFIX, DenseVectorPrefixes::check, Property.IndexScope, Property.Final);

  /** What the settings of an index say. */
  public static DenseVectorPrefixes of(Settings indexSettings) {
    return parsed(SETTING.get(indexSettings));
  }

  private static void check(Settings group) {
    parsed(group);
  }

  private static DenseVectorPrefixes parsed(Settings group) {
    Map<String, Integer> dimsOfField = new HashMap<>();
    Map<String, Float> recallOfField = new HashMap<>();
    for (String key : group.keySet()) {
      boolean ofRecall = key.endsWith(RECALL_SUFFIX);
      String field = parseField(key, ofRecall ? RECALL_SUFFIX : SUFFIX);
      String value = group.get(key);
      if (value == null) {
        continue;
      }
      if (ofRecall) {
        recallOfField.put(field, parseRecall(PREFIX + key, value));
      } else {
        dimsOfField.put(field, parseDims(PREFIX + key, value));
      }
    }
    DenseVectorPrefixes prefixes =
        new DenseVectorPrefixes(Map.copyOf(dimsOfField), Map.copyOf(recallOfField));
    for (String field : recallOfField.keySet()) {
      if (prefixes.dims(field).isEmpty()) {
        throw new IllegalArgumentException(
            "setting [" + PREFIX + field + RECALL_SUFFIX + "] needs [" + key(field) + "]");
      }
    }
    return prefixes;
  }

  private static String parseField(String key, String suffix) {
    if (key.endsWith(suffix) == false) {
      throw new IllegalArgumentException(
          "unknown setting ["
              + PREFIX
              + key
              + "]: expected ["
              + key("<field>")
              + "] or ["
              + PREFIX
              + "<field>"
              + RECALL_SUFFIX
              + "]");
    }
    String field = key.substring(0, key.length() - suffix.length());
    if (field.isBlank() || (field.contains(ALL) && field.equals(ALL) == false)) {
      throw new IllegalArgumentException(
          "setting ["
              + PREFIX
              + field
              + suffix
              + "] must name one field, or ["
              + ALL
              + "] for all");
    }
    return field;
  }

  private static float parseRecall(String key, String value) {
    try {
      return RescoreVector.ofTargetRecall(Float.parseFloat(value)).targetRecall();
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "setting [" + key + "] must be a number but is [" + value + "]", e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("setting [" + key + "]: " + e.getMessage(), e);
    }
  }

  private static int parseDims(String key, String value) {
    try {
      return Setting.parseInt(value, 1, MatryoshkaHnswVectorsFormat.MAX_DIMS, key);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "setting [" + key + "] must be a whole number but is [" + value + "]", e);
    }
  }

  /** The setting that names a field. */
  static String key(String field) {
    return PREFIX + field + SUFFIX;
  }

  /** The fields that have a setting of their own. */
  Set<String> namedFields() {
    Set<String> fields = new TreeSet<>(dimsOfField.keySet());
    fields.remove(ALL);
    return fields;
  }

  /** The prefix of a {@code dense_vector} field, empty if it is to have none. */
  OptionalInt dims(String field) {
    Integer dims = dimsOfField.getOrDefault(field, dimsOfField.get(ALL));
    return dims == null ? OptionalInt.empty() : OptionalInt.of(dims);
  }

  /** The share of the nearest that searches of a field with a prefix find. */
  double recall(String field) {
    Float recall = recallOfField.getOrDefault(field, recallOfField.get(ALL));
    return recall == null
        ? RescoreVector.DEFAULT.recall()
        : RescoreVector.ofTargetRecall(recall).recall();
  }

  /**
   * The format of a {@code dense_vector} field.
   *
   * @param mergeWorkers how many threads may build the graph of a merge, 1 or more
   * @param mergeExecutor where they run; null with one worker
   * @return null if the field is to have no prefix, or cannot have one
   */
  public KnnVectorsFormat format(
      DenseVectorFieldMapper field, int mergeWorkers, ExecutorService mergeExecutor) {
    OptionalInt dims = dims(field.fullPath());
    if (dims.isEmpty()) {
      return null;
    }
    DenseVectorOptions options = DenseVectorOptions.of(field);
    return options.objection(dims.getAsInt()).isPresent()
        ? null
        : options.format(dims.getAsInt(), recall(field.fullPath()), mergeWorkers, mergeExecutor);
  }

  /** Whether a field of a segment was written with the prefix that it is to have. */
  public boolean isPrefixOf(FieldInfo field) {
    String written = field.getAttribute(MatryoshkaHnswVectorsFormat.PREFIX_DIMS_ATTRIBUTE);
    OptionalInt dims = dims(field.name);
    return written != null && dims.isPresent() && dims.getAsInt() == Integer.parseInt(written);
  }
}
