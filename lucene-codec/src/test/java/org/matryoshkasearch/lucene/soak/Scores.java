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
package org.matryoshkasearch.lucene.soak;

import org.apache.lucene.index.VectorSimilarityFunction;

/**
 * The scores that a vector may get: those within the error of adding up floats in any order.
 *
 * @param low the lowest
 * @param high the highest
 */
record Scores(double low, double high) {
  /** Of a sum of floats, in parts of the sum of what is added; roomy, as kernels differ. */
  private static final double ERROR = 4e-6;

  /** Of the last steps from a sum to a score. */
  private static final double ROUNDING = 5e-7;

  /** The score of the leading dimensions that the target has. */
  static Scores of(VectorSimilarityFunction similarity, float[] target, float[] vector) {
    double dot = 0;
    double size = 0;
    double distance = 0;
    double targetSquares = 0;
    double vectorSquares = 0;
    for (int i = 0; i < target.length; i++) {
      double product = (double) target[i] * vector[i];
      double difference = target[i] - vector[i];
      dot += product;
      size += Math.abs(product);
      distance += difference * difference;
      targetSquares += (double) target[i] * target[i];
      vectorSquares += (double) vector[i] * vector[i];
    }
    double lengths = Math.sqrt(targetSquares * vectorSquares);
    boolean shorter = target.length < vector.length;
    return switch (similarity) {
      case EUCLIDEAN -> between(-distance * (1 + ERROR), -distance * (1 - ERROR), similarity);
      case MAXIMUM_INNER_PRODUCT ->
          shorter ? scaled(dot, size, vectorSquares, vector) : around(dot, size, similarity);
      case DOT_PRODUCT -> shorter ? cosine(dot, size, lengths) : around(dot, size, similarity);
      case COSINE -> cosine(dot, size, lengths);
    };
  }

  /** Leading dimensions that are all zero are similar to nothing. */
  private static Scores cosine(double dot, double size, double lengths) {
    if (lengths == 0) {
      return new Scores(0.5, 0.5);
    }
    return lengths > Float.MAX_VALUE // a sum of squares is no float
        ? new Scores(0, 1)
        : around(dot / lengths, size / lengths + 1, VectorSimilarityFunction.COSINE);
  }

  /** To the length of the whole vector; as it is where a sum of squares is no float. */
  private static Scores scaled(double dot, double size, double squares, float[] vector) {
    double all = 0;
    for (float component : vector) {
      all += (double) component * component;
    }
    double factor = squares > 0 ? Math.sqrt(all / squares) : 1;
    Scores scaled =
        around(dot * factor, size * factor, VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT);
    return squares > Float.MIN_NORMAL && squares < Float.MAX_VALUE
        ? scaled
        : scaled.and(around(dot, size, VectorSimilarityFunction.MAXIMUM_INNER_PRODUCT));
  }

  private static Scores around(double dot, double size, VectorSimilarityFunction similarity) {
    return between(dot - ERROR * size, dot + ERROR * size, similarity);
  }

  private static Scores between(double low, double high, VectorSimilarityFunction similarity) {
    double lowScore = score(low, similarity);
    double highScore = score(high, similarity);
    return new Scores(
        lowScore * (1 - ROUNDING) - Float.MIN_VALUE, highScore * (1 + ROUNDING) + Float.MIN_VALUE);
  }

  /** The score of a negated squared distance, a dot product or a cosine. */
  private static double score(double value, VectorSimilarityFunction similarity) {
    return switch (similarity) {
      case EUCLIDEAN -> 1 / (1 - value);
      case MAXIMUM_INNER_PRODUCT -> value < 0 ? 1 / (1 - value) : 1 + value;
      case DOT_PRODUCT, COSINE -> Math.max((1 + value) / 2, 0);
    };
  }

  boolean has(float score) {
    return low <= score && score <= high;
  }

  /** Both these scores, those of others and what is between them. */
  Scores and(Scores other) {
    return new Scores(Math.min(low, other.low), Math.max(high, other.high));
  }

  double middle() {
    return (low + high) / 2;
  }
}
