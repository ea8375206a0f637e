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
package org.matryoshkasearch.lucene.codec;

import java.util.Arrays;
import java.util.Random;
import org.apache.lucene.util.VectorUtil;

/**
 * Vectors as other people have them, unlike {@link NestedVectors} in one way each. Each gives
 * documents and queries of one kind: the caller divides them.
 */
public final class Shapes {
  private Shapes() {}

  /** Clusters of so many vectors on the average, of unit length, in no order. */
  public static float[][] clusters(Random random, int count, int dims, int clusterSize) {
    float[][] centres = gaussian(random, Math.max(1, count / clusterSize), dims);
    float[][] vectors = new float[count][];
    for (int v = 0; v < count; v++) {
      vectors[v] = near(random, centres[random.nextInt(centres.length)], 0.2f);
      VectorUtil.l2normalize(vectors[v]);
    }
    return vectors;
  }

  /** Every vector so many times, in no order. */
  public static float[][] copies(Random random, int count, int dims, int times) {
    float[][] distinct = NestedVectors.unit(random, Math.ceilDiv(count, times), dims);
    float[][] vectors = new float[count][];
    for (int v = 0; v < count; v++) {
      vectors[v] = distinct[v / times];
    }
    shuffle(random, vectors);
    return vectors;
  }

  /** About half of them are one and the same vector. */
  public static float[][] halfEqual(Random random, int count, int dims) {
    float[][] vectors = NestedVectors.unit(random, count, dims);
    for (int v = 1; v < count; v++) {
      if (random.nextBoolean()) {
        vectors[v] = vectors[0];
      }
    }
    return vectors;
  }

  /** Copies that differ a little, as where the same text is embedded in another batch. */
  public static float[][] nearCopies(Random random, int count, int dims, int times, float spread) {
    float[][] vectors = copies(random, count, dims, times);
    for (int v = 0; v < count; v++) {
      vectors[v] = near(random, vectors[v], spread);
      VectorUtil.l2normalize(vectors[v]);
    }
    return vectors;
  }

  /** So many spreads of a component away from the origin in each component, not of unit length. */
  public static float[][] offset(Random random, int count, int dims, float spreads) {
    float[][] vectors = NestedVectors.unit(random, count, dims);
    float away = spreads / (float) Math.sqrt(dims);
    for (float[] vector : vectors) {
      for (int i = 0; i < dims; i++) {
        vector[i] += away;
      }
    }
    return vectors;
  }

  /** Lengths differ by a factor of e, one standard deviation. */
  public static float[][] lengths(Random random, int count, int dims) {
    float[][] vectors = NestedVectors.unit(random, count, dims);
    for (float[] vector : vectors) {
      scale(vector, (float) Math.exp(random.nextGaussian()));
    }
    return vectors;
  }

  /** Two groups of spread 1 and .1, whose components are so far apart, one standard deviation. */
  public static float[][] groups(Random random, int count, int dims, float apart) {
    float[][] centres = gaussian(random, 2, dims);
    float[][] vectors = new float[count][];
    for (float[] centre : centres) {
      scale(centre, apart);
    }
    for (int v = 0; v < count; v++) {
      int group = random.nextInt(centres.length);
      vectors[v] = near(random, centres[group], group == 0 ? 1 : 0.1f);
    }
    return vectors;
  }

  /** Every so-manieth has nothing but zeros in the leading dimensions; of unit length. */
  public static float[][] zeroPrefixes(
      Random random, int count, int dims, int prefixDims, int oneOf) {
    float[][] vectors = NestedVectors.unit(random, count, dims);
    for (int v = 0; v < count; v += oneOf) {
      Arrays.fill(vectors[v], 0, prefixDims, 0);
      VectorUtil.l2normalize(vectors[v]);
    }
    return vectors;
  }

  /** Two components have most of the length. */
  public static float[][] uneven(Random random, int count, int dims) {
    float[][] vectors = NestedVectors.unit(random, count, dims);
    for (float[] vector : vectors) {
      vector[0] *= 20;
      vector[1] *= 10;
      VectorUtil.l2normalize(vector);
    }
    return vectors;
  }

  /** No structure at all. */
  public static float[][] gaussian(Random random, int count, int dims) {
    float[][] vectors = new float[count][dims];
    for (float[] vector : vectors) {
      for (int i = 0; i < dims; i++) {
        vector[i] = (float) random.nextGaussian();
      }
    }
    return vectors;
  }

  /** No structure, half of them of length one, the others so many times as long. */
  public static float[][] shells(Random random, int count, int dims, float longer) {
    float[][] vectors = gaussian(random, count, dims);
    for (float[] vector : vectors) {
      VectorUtil.l2normalize(vector);
      scale(vector, random.nextBoolean() ? 1 : longer);
    }
    return vectors;
  }

  /** A vector in the direction of another, of any length. */
  public static float[] outlier(float[] direction, float length) {
    float[] vector = direction.clone();
    scale(vector, length / (float) Math.sqrt(VectorUtil.dotProduct(vector, vector)));
    return vector;
  }

  private static float[] near(Random random, float[] vector, float spread) {
    float[] near = vector.clone();
    for (int i = 0; i < near.length; i++) {
      near[i] += spread * (float) random.nextGaussian();
    }
    return near;
  }

  private static void scale(float[] vector, float factor) {
    for (int i = 0; i < vector.length; i++) {
      vector[i] *= factor;
    }
  }

  private static void shuffle(Random random, float[][] vectors) {
    for (int v = vectors.length - 1; v > 0; v--) {
      int other = random.nextInt(v + 1);
      float[] vector = vectors[v];
      vectors[v] = vectors[other];
      vectors[other] = vector;
    }
  }
}
