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
package org.matryoshkasearch.lucene.internal.codes;

import java.util.Arrays;
import org.apache.lucene.util.VectorUtil;

/**
 * Rounds the components of a vector to a grid: evenly spaced points between two bounds, which are
 * chosen for each vector so that little is lost. Not thread-safe.
 *
 * <p>Each vector has bounds of its own as in LVQ (<a href="https://arxiv.org/abs/2304.04759">arXiv
 * 2304.04759</a>); what is lost along the vector counts more than what is lost across (<a
 * href="https://arxiv.org/abs/1908.10396">arXiv 1908.10396</a>). The bounds are found by coordinate
 * descent, with the constants of {@link
 * org.apache.lucene.util.quantization.OptimizedScalarQuantizer}. This is not that class because a
 * search waits for it: here a pass over the components takes its sums as dot products, which run in
 * vector registers. And where the descent began at bounds that cut off what it cannot get back, as
 * a few components that are far larger than the others, it begins again at the outermost
 * components.
 */
final class Grid {
  private static final float ACROSS = 0.1f; // how much loss across the vector counts
  private static final float ALONG = 1 - ACROSS;
  private static final int MOST_ROUNDS = 5;

  /** How many times more must be lost than if nothing were cut off, before that is tried. */
  private static final double WORTH_ANOTHER = 1.3;

  private static final double LEAST_CHANGE = 1e-7; // of their distance

  /** Squares of larger components could be more than a float holds. */
  private static final float LARGEST = 1e15f;

  /**
   * What has larger components is coded as if its largest was this: it is far longer than all
   * others still, and no sum of its terms is more than a float holds.
   */
  private static final float LARGEST_CODED = 1e30f;

  private final int bits;
  private final int steps;

  /** Where the outermost points of the best grid lie, in standard deviations of a normal one. */
  private final float reach;

  private final float[] centred;
  private final float[] ones;
  private final float[] lost;

  /** For each component the number of its point, from 0. */
  final float[] points;

  /** The point 0. */
  float lower;

  /** From one point to the next. */
  float step;

  /** Of all {@link #points}. */
  float sum;

  /** Of the vector, from the centroid. */
  float squaredNorm;

  /** How many times as long as the vector is what is coded: 1, but of the largest there are. */
  float shrunk;

  /**
   * @param bits 1, 4 or 8: there are {@code 2^bits} points
   */
  Grid(int bits, int dims) {
    this.bits = bits;
    this.steps = (1 << bits) - 1;
    this.reach =
        switch (bits) {
          case 1 -> 0.798f;
          case 4 -> 2.514f;
          case 8 -> 3.922f;
          default -> throw new IllegalArgumentException("no grid of [" + bits + "] bits");
        };
    this.centred = new float[dims];
    this.ones = new float[dims];
    Arrays.fill(ones, 1);
    this.lost = new float[dims];
    this.points = new float[dims];
  }

  int bits() {
    return bits;
  }

  /** Chooses the bounds for a vector as seen from a centroid, and rounds its components. */
  void fit(float[] vector, float[] centroid) {
    float largest = 0;
    for (int i = 0; i < centred.length; i++) {
      float component = vector[i] - centroid[i]; // may be infinite, of the largest there are
      centred[i] = Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, component));
      largest = Math.max(largest, Math.abs(centred[i]));
    }
    shrunk = 1;
    if (largest <= LARGEST) {
      fit(centred);
      return;
    }
    for (int i = 0; i < centred.length; i++) {
      centred[i] /= largest;
    }
    fit(centred);
    float coded = Math.min(largest, LARGEST_CODED);
    shrunk = coded / largest;
    lower *= coded;
    step *= coded;
    squaredNorm *= coded * coded;
  }

  private void fit(float[] vector) {
    float min = Float.POSITIVE_INFINITY;
    float max = Float.NEGATIVE_INFINITY;
    for (float component : vector) {
      min = Math.min(min, component);
      max = Math.max(max, component);
    }
    double total = VectorUtil.dotProduct(vector, ones);
    squaredNorm = VectorUtil.dotProduct(vector, vector);
    double mean = total / vector.length;
    double deviation = Math.sqrt(Math.max(0, squaredNorm / vector.length - mean * mean));
    float from = (float) Math.clamp(mean - reach * deviation, min, max);
    float to = (float) Math.clamp(mean + reach * deviation, min, max);
    double loss = descend(vector, total, from, to);
    double width = ((double) max - min) / steps;
    double uncut =
        (ALONG + ACROSS * vector.length) * width * width / 12; // about, if nothing is cut off
    if (loss > WORTH_ANOTHER * uncut && (from > min || to < max)) {
      from = lower;
      to = lower + step * steps;
      if (descend(vector, total, min, max) > loss) {
        round(vector, from, to); // back to the better ones
      }
    }
  }

  /** Finds better bounds from some on, and rounds to the best; gives the loss. */
  private double descend(float[] vector, double total, float from, float to) {
    double loss = round(vector, from, to);
    for (int i = 0; i < MOST_ROUNDS && Float.isFinite(ALONG / squaredNorm); i++) {
      // the points are from * (1 - s) + to * s, where s = point / steps
      double s = (double) sum / steps;
      double ss = VectorUtil.dotProduct(points, points) / ((double) steps * steps);
      double xs = VectorUtil.dotProduct(vector, points) / (double) steps;
      double xr = total - xs;
      double along = ALONG / squaredNorm;
      double a = along * xr * xr + ACROSS * (vector.length - 2 * s + ss);
      double b = along * xr * xs + ACROSS * (s - ss);
      double c = along * xs * xs + ACROSS * ss;
      double determinant = a * c - b * b;
      float newFrom = (float) ((c * xr - b * xs) / determinant);
      float newTo = (float) ((a * xs - b * xr) / determinant);
      double change = Math.max(Math.abs(newFrom - from), Math.abs(newTo - to));
      if (determinant == 0 || change < LEAST_CHANGE * (to - from)) {
        return loss;
      }
      double newLoss = round(vector, newFrom, newTo);
      if (newLoss > loss) {
        round(vector, from, to); // back to the better ones
        return loss;
      }
      from = newFrom;
      to = newTo;
      loss = newLoss;
    }
    return loss;
  }

  /** Rounds the components to the points between two bounds; gives the loss. */
  private double round(float[] vector, float from, float to) {
    float width = (to - from) / steps;
    float inverse = width == 0 ? 0 : 1 / width;
    for (int i = 0; i < vector.length; i++) {
      float within = Math.max(from, Math.min(to, vector[i]));
      float point = (int) ((within - from) * inverse + 0.5f);
      points[i] = point;
      lost[i] = vector[i] - (from + width * point);
    }
    lower = from;
    step = width;
    sum = VectorUtil.dotProduct(points, ones);
    double along = VectorUtil.dotProduct(vector, lost);
    return ALONG * along * along / squaredNorm + ACROSS * VectorUtil.dotProduct(lost, lost);
  }
}
