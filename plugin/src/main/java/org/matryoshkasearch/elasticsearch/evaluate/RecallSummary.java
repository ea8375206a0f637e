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
package org.matryoshkasearch.elasticsearch.evaluate;

import java.io.IOException;
import java.util.Arrays;
import org.elasticsearch.xcontent.XContentBuilder;
import org.matryoshkasearch.lucene.analysis.Estimate;

/**
 * The recall of many queries.
 *
 * @param mean with its interval
 * @param sorted that of each query
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
record RecallSummary(Estimate mean, double[] sorted) {
  private static final int[] PERCENTILES = {1, 5, 25, 50};

  static RecallSummary of(double[] recalls, int k) {
    double[] sorted = recalls.clone();
    Arrays.sort(sorted);
    return new RecallSummary(Estimate.of(sorted, 1.0 / k, 0, 1), sorted);
  }

  void toXContent(XContentBuilder builder) throws IOException {
    builder.field("mean", rounded(mean.mean()));
    builder.array("interval_95", rounded(mean.low()), rounded(mean.high()));
    builder.startObject("percentiles");
    for (int percentile : PERCENTILES) {
      builder.field(Integer.toString(percentile), rounded(percentile(sorted, percentile)));
    }
    builder.endObject();
  }

  /** The least value that so many of 100 do not exceed. */
  static double percentile(double[] sorted, int percentile) {
    int place = (int) Math.ceil(percentile / 100.0 * sorted.length) - 1;
    return sorted[Math.max(0, place)];
  }

  static double rounded(double number) {
    return Math.round(number * 1e4) / 1e4;
  }
}
