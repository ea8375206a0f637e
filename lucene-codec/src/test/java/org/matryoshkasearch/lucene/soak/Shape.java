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

import static org.apache.lucene.tests.util.LuceneTestCase.random;

import java.util.Arrays;
import java.util.function.Supplier;
import org.matryoshkasearch.lucene.codec.NestedVectors;

/** The kinds of data that are indexed: what is easy for one structure ruins another. */
public enum Shape {
  /** Topics with noise, leading dimensions weigh more. */
  NESTED,
  /** Embeddings that models have made, where the real sets are there. */
  REAL,
  /** Hundreds of groups of some 20 vectors. */
  SMALL_CLUSTERS,
  /** Each vector many times. */
  COPIES,
  /** One in hundreds is 10,000 times as long as the others, or longer. */
  OUTLIERS,
  /** Lengths from 1e-9 to 1e9. */
  MAGNITUDES,
  /** All far away from the origin, in one direction. */
  OFFSET,
  /** Many vectors begin with zeros. */
  ZEROS_FIRST,
  /** No structure at all. */
  GAUSSIAN,
  /** Queries on the other side of a gap, as those of another modality. */
  GAP,
  /** Components of few values: many equal scores. */
  GRID;

  private static final int POOL = 1500;

  /** Lucene's own formats assert that no square is more than a float holds. */
  private static final float LONGEST = 1e15f;

  /**
   * Makes vectors and queries of this kind, none of them all zero.
   *
   * @param dims of the vectors
   */
  public Source source(int dims) {
    return switch (this) {
      case NESTED -> nested(dims);
      case REAL -> RealVectors.isThere() ? real(dims) : nested(dims);
      case SMALL_CLUSTERS -> smallClusters(dims);
      case COPIES -> copies(dims);
      case OUTLIERS -> outliers(dims);
      case MAGNITUDES -> magnitudes(dims);
      case OFFSET -> offset(dims);
      case ZEROS_FIRST -> zerosFirst(dims);
      case GAUSSIAN -> new Source(() -> gaussian(dims), () -> gaussian(dims));
      case GAP -> gap(dims);
      case GRID -> new Source(() -> grid(dims), () -> grid(dims));
    };
  }

  /**
   * Makes any number of them.
   *
   * @param vectors makes a vector of a document
   * @param queries makes a vector to search for
   */
  public record Source(Supplier<float[]> vectors, Supplier<float[]> queries) {}

  private static Source nested(int dims) {
    return pool(NestedVectors.unit(random(), POOL, dims));
  }

  private static Source real(int dims) {
    return pool(RealVectors.any(POOL, dims));
  }

  /** Vectors of a pool, hardly ever one twice, as it is too small to be used up otherwise. */
  private static Source pool(float[][] pool) {
    Supplier<float[]> near = () -> near(pool[random().nextInt(pool.length)], 0.05f);
    return new Source(near, near);
  }

  private static Source smallClusters(int dims) {
    float[][] centres = NestedVectors.unit(random(), 150, dims);
    Supplier<float[]> near = () -> near(centres[random().nextInt(centres.length)], 0.2f);
    return new Source(near, near);
  }

  private static Source copies(int dims) {
    float[][] pool = NestedVectors.unit(random(), 20 + random().nextInt(200), dims);
    Supplier<float[]> any = () -> pool[random().nextInt(pool.length)].clone();
    return new Source(any, () -> near(any.get(), 0.1f));
  }

  private static Source outliers(int dims) {
    Source nested = nested(dims);
    float factor = random().nextBoolean() ? 1e4f : LONGEST;
    return new Source(
        () -> scaled(nested.vectors().get(), random().nextInt(300) == 0 ? factor : 1),
        nested.queries());
  }

  private static Source magnitudes(int dims) {
    Source nested = nested(dims);
    Supplier<float[]> any =
        () -> scaled(nested.vectors().get(), (float) Math.pow(10, random().nextInt(19) - 9));
    return new Source(any, any);
  }

  private static Source offset(int dims) {
    Source nested = nested(dims);
    float[] away = scaled(gaussian(dims), 100);
    return new Source(
        () -> plus(nested.vectors().get(), away), () -> plus(nested.queries().get(), away));
  }

  private static Source zerosFirst(int dims) {
    Source nested = nested(dims);
    return new Source(
        () -> {
          float[] vector = nested.vectors().get();
          Arrays.fill(vector, 0, random().nextBoolean() ? 0 : random().nextInt(dims), 0);
          return vector[dims - 1] == 0 ? nested.vectors().get() : vector;
        },
        nested.queries());
  }

  private static Source gap(int dims) {
    Source nested = nested(dims);
    float[] across = scaled(gaussian(dims), (float) (1.5 / Math.sqrt(dims)));
    return new Source(nested.vectors(), () -> plus(nested.queries().get(), across));
  }

  private static float[] grid(int dims) {
    float[] vector = new float[dims];
    for (int i = 0; i < dims; i++) {
      vector[i] = random().nextInt(3) - 1;
    }
    vector[random().nextInt(dims)] = 1;
    return vector;
  }

  private static float[] gaussian(int dims) {
    float[] vector = new float[dims];
    for (int i = 0; i < dims; i++) {
      vector[i] = (float) random().nextGaussian();
    }
    return vector;
  }

  /** The vector and, in all directions together, about so many times its length of noise. */
  static float[] near(float[] vector, float noise) {
    double squares = 0;
    for (float component : vector) {
      squares += (double) component * component;
    }
    float spread = (float) (noise * Math.sqrt(squares / vector.length));
    return plus(vector, scaled(gaussian(vector.length), spread));
  }

  private static float[] scaled(float[] vector, float factor) {
    for (int i = 0; i < vector.length; i++) {
      vector[i] *= factor;
    }
    return vector;
  }

  private static float[] plus(float[] vector, float[] added) {
    float[] sum = new float[vector.length];
    for (int i = 0; i < vector.length; i++) {
      sum[i] = vector[i] + added[i];
    }
    return sum;
  }
}
