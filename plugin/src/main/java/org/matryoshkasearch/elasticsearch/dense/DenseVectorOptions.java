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

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import org.elasticsearch.common.bytes.BytesReference;
import org.elasticsearch.common.xcontent.XContentHelper;
import org.elasticsearch.index.mapper.vectors.DenseVectorFieldMapper;
import org.elasticsearch.xcontent.ToXContent;
import org.elasticsearch.xcontent.XContentBuilder;
import org.elasticsearch.xcontent.XContentType;
import org.elasticsearch.xcontent.json.JsonXContent;
import org.matryoshkasearch.elasticsearch.mapper.GraphType;
import org.matryoshkasearch.elasticsearch.mapper.IndexOptions;
import org.matryoshkasearch.lucene.codec.FullVectorEncoding;
import org.matryoshkasearch.lucene.codec.MatryoshkaHnswVectorsFormat;

/**
 * What the mapping of a {@code dense_vector} field says of its vectors and their graph.
 *
 * @param elementType {@code float}, {@code bfloat16}, {@code byte} or {@code bit}
 * @param indexed whether there is a graph, or at least a way to search
 * @param dims null as long as no document had a vector
 * @param type of {@code index_options}
 * @param m neighbours of a node
 * @param efConstruction candidates for them
 */
record DenseVectorOptions(
    String elementType, boolean indexed, Integer dims, String type, int m, int efConstruction) {
  private static final ToXContent.Params WITH_DEFAULTS =
      new ToXContent.MapParams(Map.of("include_defaults", "true"));

  /** Reads what the field prints of itself, since not all of it can be asked for. */
  static DenseVectorOptions of(DenseVectorFieldMapper mapper) {
    Map<?, ?> mapping = (Map<?, ?>) printed(mapper).get(mapper.leafName());
    // without options, which a mapping may say with null, Elasticsearch writes Lucene's own format
    Map<?, ?> graph =
        mapping.get("index_options") instanceof Map<?, ?> options
            ? options
            : Map.of("type", GraphType.HNSW.toString());
    return new DenseVectorOptions(
        mapping.get("element_type").toString(),
        Boolean.TRUE.equals(mapping.get("index")),
        (Integer) mapping.get("dims"),
        graph.get("type").toString(),
        number(graph.get("m"), MatryoshkaHnswVectorsFormat.DEFAULT_MAX_CONN),
        number(graph.get("ef_construction"), MatryoshkaHnswVectorsFormat.DEFAULT_BEAM_WIDTH));
  }

  private static int number(Object value, int defaultValue) {
    return value instanceof Integer number ? number : defaultValue;
  }

  private static Map<String, Object> printed(DenseVectorFieldMapper mapper) {
    try (XContentBuilder json = JsonXContent.contentBuilder()) {
      json.startObject();
      mapper.toXContent(json, WITH_DEFAULTS);
      json.endObject();
      return XContentHelper.convertToMap(BytesReference.bytes(json), false, XContentType.JSON).v2();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Why there cannot be a graph over prefixes.
   *
   * @return empty if there can, as far as that is known without dims
   */
  Optional<String> objection(int prefixDims) {
    if (fullVectorEncoding().isEmpty()) {
      return Optional.of(
          "[element_type] must be one of [float, bfloat16] but is [" + elementType + "]");
    }
    if (indexed == false) {
      return Optional.of("[index] must be [true] but is [false]");
    }
    if (graphType().isEmpty()) {
      return Optional.of(
          "[index_options.type] must be one of "
              + List.of(GraphType.values())
              + " but is ["
              + type
              + "]");
    }
    if (dims != null && prefixDims > dims) {
      return Optional.of("prefix_dims [" + prefixDims + "] must be at most dims [" + dims + "]");
    }
    return outOfRange("m", m, IndexOptions.MAX_M)
        .or(() -> outOfRange("ef_construction", efConstruction, IndexOptions.MAX_EF_CONSTRUCTION));
  }

  private static Optional<String> outOfRange(String option, int value, int max) {
    return value >= 1 && value <= max
        ? Optional.empty()
        : Optional.of(
            "[index_options."
                + option
                + "] must be between [1] and ["
                + max
                + "] but is ["
                + value
                + "]");
  }

  private Optional<GraphType> graphType() {
    return Arrays.stream(GraphType.values()).filter(t -> t.toString().equals(type)).findFirst();
  }

  private Optional<FullVectorEncoding> fullVectorEncoding() {
    return switch (elementType) {
      case "float" -> Optional.of(FullVectorEncoding.FLOAT32);
      case "bfloat16" -> Optional.of(FullVectorEncoding.BFLOAT16);
      default -> Optional.empty();
    };
  }

  /**
   * The format of a field to which there is no {@link #objection}.
   *
   * @param recall the share of the nearest that searches find, 0.5 to 0.999
   * @param mergeWorkers how many threads may build the graph of a merge, 1 or more
   * @param mergeExecutor where they run; null with one worker
   */
  DenseVectorFormat format(
      int prefixDims, double recall, int mergeWorkers, ExecutorService mergeExecutor) {
    return new DenseVectorFormat(
        new MatryoshkaHnswVectorsFormat(
            prefixDims,
            graphType().orElseThrow().encoding(),
            fullVectorEncoding().orElseThrow(),
            m,
            efConstruction,
            mergeWorkers,
            mergeExecutor),
        recall);
  }
}
