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
package org.matryoshkasearch.lucene.analysis;

/**
 * A mean that was measured on a sample of queries, with the interval that holds the mean of all
 * such queries in 95 of 100 cases.
 *
 * @param mean of the sample
 * @param low the lower end of the interval, at most {@code mean}
 * @param high the upper end of the interval, at least {@code mean}
 */
public record Estimate(double mean, double low, double high) {
  /**
   * Of values that are independent of each other.
   *
   * @param step by how much two of them differ at least, if they do: so much is taken for granted
   *     where all are the same, as they would not be in a larger sample
   * @param least that a mean can be
   * @param most that a mean can be
   */
  public static Estimate of(double[] values, double step, double least, double most) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    double mean = sum / values.length;
    if (values.length < 2) {
      return new Estimate(mean, least, most);
    }
    double squares = step * step;
    for (double value : values) {
      squares += (value - mean) * (value - mean);
    }
    int freedom = values.length - 1;
    double error = quantile(freedom) * Math.sqrt(squares / freedom / values.length);
    return new Estimate(mean, Math.max(least, mean - error), Math.min(most, mean + error));
  }

  /** About the two-sided 95% quantile of Student's t: within 2% from 3 degrees of freedom on. */
  private static double quantile(int freedom) {
    double one = 1.0 / freedom;
    return 1.96 + 2.37 * one + 2.82 * one * one + 5.5 * one * one * one;
  }
}
