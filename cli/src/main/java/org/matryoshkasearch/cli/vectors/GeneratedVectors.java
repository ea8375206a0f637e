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
package org.matryoshkasearch.cli.vectors;

import java.util.Arrays;
import java.util.Random;

/**
 * Made-up vectors that are nested as Matryoshka embeddings are: topics and subtopics in a small
 * latent space, projected so that early dimensions carry more of the signal, with noise and a
 * common mean. Unit length. Their recall at a prefix is close to that of real sets; plain random
 * vectors would have no neighbours to find.
 *
 * <p>The same seed, rows and dims always give the same vectors: {@link Random} is specified to the
 * last bit, and each row has a seed of its own.
 */
public final class GeneratedVectors implements VectorSource {

  private static final int LATENT = 160;
  private static final int TOPICS = 400;
  private static final int SUBTOPICS = 20;
  private static final double SPREAD_OF_SUBTOPICS = 0.7;
  private static final double SPREAD_OF_ROWS = 0.6;
  private static final double FALL = 0.35; // how fast latent and output dimensions lose weight
  private static final double NOISE = 0.45;
  private static final double MEAN = 0.55;

  private final long seed;
  private final int rows;
  private final int dims;

  /**
   * A set that is made as it is read.
   *
   * @param rows how many vectors, at least 1
   * @param dims components of each, at least 1
   * @param seed which set; another seed gives other topics
   */
  public GeneratedVectors(int rows, int dims, long seed) {
    if (rows < 1 || dims < 1) {
      throw new IllegalArgumentException("rows [" + rows + "] and dims [" + dims + "] must be > 0");
    }
    this.rows = rows;
    this.dims = dims;
    this.seed = seed;
  }

  @Override
  public String name() {
    return rows + " generated vectors of " + dims + " dims";
  }

  @Override
  public VectorReader open() {
    return new Reader();
  }

  private final class Reader implements VectorReader {
    private final float[] latentWeight = new float[LATENT];
    private final float[] gain = new float[dims];
    private final float[] mean = new float[dims];
    private final float[][] projection = new float[LATENT][dims];
    private final float[][] subtopics = new float[TOPICS * SUBTOPICS][LATENT];
    private final double[] topicLimits = new double[TOPICS]; // running sum of the shares
    private long row = 0;

    Reader() {
      Random random = new Random(seed);
      for (int i = 0; i < LATENT; i++) {
        latentWeight[i] = (float) StrictMath.pow(i + 1, -FALL);
      }
      fillGain();
      for (float[] line : projection) {
        fillGaussian(line, random, 1 / Math.sqrt(LATENT));
      }
      fillGaussian(mean, random, 1);
      for (int i = 0; i < dims; i++) {
        mean[i] *= gain[i];
      }
      normalize(mean);
      fillSubtopics(random);
      fillTopicLimits(random);
    }

    private void fillGain() {
      double squares = 0;
      for (int i = 0; i < dims; i++) {
        gain[i] = (float) StrictMath.pow(i + dims / 64.0, -FALL);
        squares += (double) gain[i] * gain[i];
      }
      float scale = (float) (1 / Math.sqrt(squares / dims));
      for (int i = 0; i < dims; i++) {
        gain[i] *= scale;
      }
    }

    private void fillSubtopics(Random random) {
      float[] topic = new float[LATENT];
      for (int i = 0; i < subtopics.length; i++) {
        if (i % SUBTOPICS == 0) {
          fillGaussian(topic, random, 1);
        }
        fillGaussian(subtopics[i], random, SPREAD_OF_SUBTOPICS);
        for (int d = 0; d < LATENT; d++) {
          subtopics[i][d] = (subtopics[i][d] + topic[d]) * latentWeight[d];
        }
      }
    }

    /** Topics are of unequal size: shares like those of a symmetric Dirichlet distribution. */
    private void fillTopicLimits(Random random) {
      double sum = 0;
      for (int i = 0; i < TOPICS; i++) {
        sum -= StrictMath.log(1 - random.nextDouble());
        topicLimits[i] = sum;
      }
      for (int i = 0; i < TOPICS; i++) {
        topicLimits[i] /= sum;
      }
    }

    @Override
    public int dims() {
      return dims;
    }

    @Override
    public long count() {
      return rows;
    }

    @Override
    public VectorRow next() {
      if (row == rows) {
        return null;
      }
      // Mixed, because the first numbers of Randoms with neighbouring seeds are alike.
      Random random = new Random(SplitMix.mix(seed ^ SplitMix.mix(row)));
      int found = Arrays.binarySearch(topicLimits, random.nextDouble());
      int topic = Math.min(found < 0 ? -found - 1 : found, TOPICS - 1);
      int subtopic = random.nextInt(SUBTOPICS);
      String title = "topic " + topic + ", subtopic " + subtopic + ", row " + row;
      return new VectorRow(row++, vector(topic * SUBTOPICS + subtopic, random), title, null);
    }

    private float[] vector(int subtopic, Random random) {
      float[] signal = new float[dims];
      for (int i = 0; i < LATENT; i++) {
        float own = (float) (SPREAD_OF_ROWS * random.nextGaussian() * latentWeight[i]);
        float weight = subtopics[subtopic][i] + own;
        float[] line = projection[i];
        for (int d = 0; d < dims; d++) {
          signal[d] += weight * line[d];
        }
      }
      normalize(signal);
      double noise = NOISE / Math.sqrt(dims);
      for (int d = 0; d < dims; d++) {
        signal[d] = (float) ((signal[d] + noise * random.nextGaussian()) * gain[d]);
      }
      normalize(signal);
      double rest = Math.sqrt(1 - MEAN * MEAN);
      for (int d = 0; d < dims; d++) {
        signal[d] = (float) (signal[d] * rest + MEAN * mean[d]);
      }
      normalize(signal);
      return signal;
    }

    @Override
    public void close() {}
  }

  private static void fillGaussian(float[] values, Random random, double scale) {
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (scale * random.nextGaussian());
    }
  }

  private static void normalize(float[] vector) {
    double squares = 0;
    for (float value : vector) {
      squares += (double) value * value;
    }
    float scale = (float) (1 / Math.sqrt(squares));
    for (int i = 0; i < vector.length; i++) {
      vector[i] *= scale;
    }
  }
}
