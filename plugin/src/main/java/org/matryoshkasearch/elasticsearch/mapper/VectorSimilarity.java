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

import java.util.Locale;
import org.apache.lucene.index.VectorSimilarityFunction;

/**
 * The parameter {@code similarity}: how two vectors are compared. Names, scores and accepted
 * vectors are those of {@code dense_vector}.
 */
public enum VectorSimilarity {
  /** The cosine of the angle; any vector but zero. */
  COSINE(VectorSimilarityFunction.COSINE) {
    @Override
    public float score(float similarity) {
      return (1 + similarity) / 2;
    }

    @Override
    void checkSquaredMagnitude(float squared, boolean whole, float unitTolerance, String what) {
      if (squared == 0) {
        throw new IllegalArgumentException(
            what + " has zero magnitude, which similarity [cosine] does not allow");
      }
    }
  },
  /** The dot product of vectors of unit length. */
  DOT_PRODUCT(VectorSimilarityFunction.DOT_PRODUCT) {
    @Override
    public float score(float similarity) {
      return (1 + similarity) / 2;
    }

    @Override
    void checkSquaredMagnitude(float squared, boolean whole, float unitTolerance, String what) {
      // A prefix of a unit vector is shorter than one, never longer.
      if (squared - 1 >= unitTolerance || (whole && 1 - squared >= unitTolerance)) {
        throw new IllegalArgumentException(
            what
                + " has magnitude ["
                + (float) Math.sqrt(squared)
                + "] but similarity [dot_product] needs unit length: normalize the vectors, or"
                + " use [cosine] or [max_inner_product]");
      }
    }
  },
  /** The euclidean distance. */
  L2_NORM(VectorSimilarityFunction.EUCLIDEAN) {
    @Override
    public float score(float similarity) {
      return 1 / (1 + similarity * similarity);
    }
  },
  /** The dot product of any vectors. */
  MAX_INNER_PRODUCT(VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT) {
    @Override
    public float score(float similarity) {
      return similarity < 0 ? 1 / (1 - similarity) : similarity + 1;
    }
  };

  private final VectorSimilarityFunction function;

  VectorSimilarity(VectorSimilarityFunction function) {
    this.function = function;
  }

  /** The same in Lucene. */
  public VectorSimilarityFunction function() {
    return function;
  }

  /**
   * The score of a document whose similarity to the query is the given one.
   *
   * @param similarity the cosine, the dot product, or (with {@link #L2_NORM}) the distance
   */
  public abstract float score(float similarity);

  /** Refuses magnitudes that cannot be compared; {@code whole} is false for a prefix. */
  void checkSquaredMagnitude(float squared, boolean whole, float unitTolerance, String what) {}

  /**
   * Checks that a vector can be compared.
   *
   * @param vector the vector of a document or of a query
   * @param whole false for the prefix of a vector, which is not of unit length even if the vector
   *     is
   * @param unitTolerance how far the square of a unit vector's magnitude may be from 1
   * @param what begins the message
   * @throws IllegalArgumentException when a component is not finite, or the magnitude does not suit
   */
  void check(float[] vector, boolean whole, float unitTolerance, String what) {
    checkSquaredMagnitude(squaredMagnitude(vector, what), whole, unitTolerance, what);
  }

  /**
   * The square of a vector's magnitude.
   *
   * @param what begins the message
   * @throws IllegalArgumentException when it or a component is not finite
   */
  static float squaredMagnitude(float[] vector, String what) {
    double sum = 0;
    for (int i = 0; i < vector.length; i++) {
      if (Float.isFinite(vector[i]) == false) {
        throw new IllegalArgumentException(
            what + " must hold finite numbers but element [" + i + "] is [" + vector[i] + "]");
      }
      sum += (double) vector[i] * vector[i];
    }
    float squared = (float) sum;
    if (Float.isFinite(squared) == false) {
      throw new IllegalArgumentException(
          what + " has values too extreme: its squared magnitude does not fit into a float");
    }
    return squared;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
