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

import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.elasticsearch.index.mapper.MapperParsingException;
import org.matryoshkasearch.lucene.codec.MatryoshkaHnswVectorsFormat;

/**
 * What the mapping says of a {@code matryoshka_vector} field.
 *
 * @param dims dimensions of the full vector, 1 to 4096; null as long as neither the mapping nor a
 *     document has told them
 * @param prefixDims how many of the leading ones the graph knows, 1 to dims; null where dims are
 *     null and the mapping does not say
 * @param allowTruncated whether the vector of a document may have fewer than dims components, but
 *     not fewer than prefixDims: the missing ones count as zero
 * @param index whether there is a graph to search; else the similarity and the graph mean nothing
 * @param similarity how vectors are compared
 * @param elementType how the full vector is stored
 * @param indexOptions the graph
 * @param recipe what is done to a vector before it is compared
 */
public record VectorOptions(
    Integer dims,
    Integer prefixDims,
    boolean allowTruncated,
    boolean index,
    VectorSimilarity similarity,
    ElementType elementType,
    IndexOptions indexOptions,
    Recipe recipe) {

  private static final int MIN_DEFAULT_PREFIX_DIMS = 64;
  private static final int MAX_DEFAULT_PREFIX_DIMS = 512;

  /** The {@code prefix_dims} of a mapping that does not say: a quarter, between 64 and 512. */
  static int defaultPrefixDims(int dims) {
    return Math.min(dims, Math.clamp(dims / 4, MIN_DEFAULT_PREFIX_DIMS, MAX_DEFAULT_PREFIX_DIMS));
  }

  /**
   * Checks the parameter {@code dims} of a mapping.
   *
   * @param dims null if the mapping does not say
   * @throws MapperParsingException when it is out of range
   */
  static void checkDims(Integer dims, String field) {
    if (dims != null && (dims < 1 || dims > MatryoshkaHnswVectorsFormat.MAX_DIMS)) {
      throw new MapperParsingException(
          "dims ["
              + dims
              + "] of field ["
              + field
              + "] must be between [1] and ["
              + MatryoshkaHnswVectorsFormat.MAX_DIMS
              + "]");
    }
  }

  /**
   * Checks the parameter {@code prefix_dims} of a mapping.
   *
   * @param prefixDims null if the mapping does not say
   * @param dims null if the mapping does not say
   * @throws MapperParsingException when it is not within 1 and dims
   */
  static void checkPrefixDims(Integer prefixDims, Integer dims, String field) {
    int limit = dims == null ? MatryoshkaHnswVectorsFormat.MAX_DIMS : dims;
    if (prefixDims != null && (prefixDims < 1 || prefixDims > limit)) {
      throw new MapperParsingException(
          "prefix_dims ["
              + prefixDims
              + "] of field ["
              + field
              + "] must be at least [1] and at most "
              + (dims == null ? "" : "dims ")
              + "["
              + limit
              + "]");
    }
  }

  /**
   * What holds from the first document on, where dims are not known: those of its vector.
   *
   * @param found components of the vector
   * @param what begins the message
   * @throws IllegalArgumentException when it has none, or fewer than prefix_dims
   */
  VectorOptions withDims(int found, String what) {
    int least = prefixDims == null ? 1 : prefixDims;
    if (found < least) {
      throw new IllegalArgumentException(
          what
              + " has ["
              + found
              + "] dimensions but must have at least "
              + (prefixDims == null ? "" : "prefix_dims ")
              + "["
              + least
              + "]");
    }
    return new VectorOptions(
        found,
        prefixDims == null ? (Integer) defaultPrefixDims(found) : prefixDims,
        allowTruncated,
        index,
        similarity,
        elementType,
        indexOptions,
        recipe);
  }

  /**
   * The format that writes the field.
   *
   * @param mergeWorkers how many threads may build the graph of a merge, 1 or more
   * @param mergeExecutor where they run; null with one worker
   */
  public KnnVectorsFormat vectorsFormat(int mergeWorkers, ExecutorService mergeExecutor) {
    return new MatryoshkaHnswVectorsFormat(
        prefixDims,
        indexOptions.type().encoding(),
        elementType.encoding(),
        indexOptions.m(),
        indexOptions.efConstruction(),
        mergeWorkers,
        mergeExecutor);
  }

  /**
   * The vector of a document as it will be stored. It is checked as it was sent, and as it will
   * come back from the index.
   *
   * @param vector as it was sent
   * @param what begins the message
   * @return rounded to the element type, without the recipe
   * @throws IllegalArgumentException when its length is not one that it may have, or it cannot be
   *     compared
   */
  float[] toStore(float[] vector, String what) {
    checkDocumentDims(vector.length, what);
    float[] rounded = elementType.round(vector);
    if (Arrays.equals(vector, rounded) == false) {
      checkDocumentValues(vector, elementType.unitTolerance(), what);
    }
    checkDocumentValues(rounded, elementType.roundedUnitTolerance(), what);
    toCompare(rounded, what);
    return rounded;
  }

  private void checkDocumentDims(int found, String what) {
    if (allowTruncated) {
      checkPrefixOrMore(found, what);
    } else if (found != dims) {
      throw new IllegalArgumentException(
          what + " has [" + found + "] dimensions but the mapping says dims [" + dims + "]");
    }
  }

  private void checkDocumentValues(float[] vector, float unitTolerance, String what) {
    if (index) {
      similarity.check(vector, vector.length == dims, unitTolerance, what);
    } else {
      VectorSimilarity.squaredMagnitude(vector, what);
    }
  }

  /**
   * Checks the vector of a query, as it was sent, and does to it what the recipe says.
   *
   * @param what begins the message
   * @return what to compare with; perhaps the given one
   * @throws IllegalArgumentException when its length is not within prefix_dims and dims, or the
   *     similarity or the recipe cannot take it
   */
  float[] queryVector(float[] vector, String what) {
    if (recipe != Recipe.NONE && vector.length < dims) {
      throw new IllegalArgumentException(
          what
              + " has ["
              + vector.length
              + "] dimensions but recipe ["
              + recipe
              + "] needs all dims ["
              + dims
              + "]");
    }
    checkPrefixOrMore(vector.length, what);
    similarity.check(vector, vector.length == dims, elementType.unitTolerance(), what);
    return toCompare(vector, what);
  }

  /**
   * What is compared of a whole vector.
   *
   * @param what begins the message
   * @return perhaps the given one
   * @throws IllegalArgumentException when the recipe leaves nothing of it
   */
  float[] toCompare(float[] vector, String what) {
    return switch (recipe) {
      case NONE -> vector;
      case LAYER_NORM -> LayerNorm.apply(vector, what);
    };
  }

  private void checkPrefixOrMore(int found, String what) {
    if (found < prefixDims || found > dims) {
      throw new IllegalArgumentException(
          what
              + " has ["
              + found
              + "] dimensions but must have at least prefix_dims ["
              + prefixDims
              + "] and at most dims ["
              + dims
              + "]");
    }
  }
}
