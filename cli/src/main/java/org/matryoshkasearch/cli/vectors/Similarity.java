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

import java.util.Locale;

/** The similarities of a vector field, with the score that Elasticsearch gives for each. */
public enum Similarity {
  /** (1 + cos(q, d)) / 2. */
  COSINE {
    @Override
    public double score(float[] query, float[] document) {
      double norms = dot(query, query) * dot(document, document);
      return (1 + dot(query, document) / Math.sqrt(norms)) / 2;
    }
  },
  /** (1 + q·d) / 2, for vectors of unit length. */
  DOT_PRODUCT {
    @Override
    public double score(float[] query, float[] document) {
      return (1 + dot(query, document)) / 2;
    }
  },
  /** 1 / (1 + |q - d|²). */
  L2_NORM {
    @Override
    public double score(float[] query, float[] document) {
      return 1 / (1 + squareDistance(query, document));
    }
  },
  /** 1 + q·d, or 1 / (1 - q·d) where q·d is negative. */
  MAX_INNER_PRODUCT {
    @Override
    public double score(float[] query, float[] document) {
      double dot = dot(query, document);
      return dot < 0 ? 1 / (1 - dot) : 1 + dot;
    }
  };

  /**
   * The score of a document for a query, more is nearer. Sums are taken in double precision.
   *
   * @param query as many components as the document has
   * @param document as many components as the query has
   */
  public abstract double score(float[] query, float[] document);

  /** The name that a mapping uses, such as {@code dot_product}. */
  public String mappingName() {
    return name().toLowerCase(Locale.ROOT);
  }

  // Four sums at once: additions of doubles may not be reordered, so one sum would wait for itself.
  private static double dot(float[] a, float[] b) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int i = 0;
    for (; i + 3 < a.length; i += 4) {
      s0 += (double) a[i] * b[i];
      s1 += (double) a[i + 1] * b[i + 1];
      s2 += (double) a[i + 2] * b[i + 2];
      s3 += (double) a[i + 3] * b[i + 3];
    }
    for (; i < a.length; i++) {
      s0 += (double) a[i] * b[i];
    }
    return s0 + s1 + s2 + s3;
  }

  private static double squareDistance(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      double difference = (double) a[i] - b[i];
      sum += difference * difference;
    }
    return sum;
  }
}
