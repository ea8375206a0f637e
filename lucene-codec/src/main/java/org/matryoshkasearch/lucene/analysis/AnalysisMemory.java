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

/** What an analysis takes at most: queries, counts and blocks, or the sample of the verdict. */
final class AnalysisMemory {
  private AnalysisMemory() {}

  static long bytes(PrefixAnalysis analysis) {
    int dims = analysis.documents.dims();
    long codes = 0;
    for (int prefix : analysis.prefixes) {
      codes += 2L * analysis.encodings.size() * prefix;
    }
    long queryBytes = analysis.maxQueries * (4L * Float.BYTES * dims + codes);
    long counted =
        4L
            * analysis.k
            * Integer.BYTES
            * analysis.maxQueries
            * analysis.prefixes.length
            * analysis.encodings.size();
    long worker =
        RankCount.BLOCK * (3L * Float.BYTES * dims + codes + 2L * Float.BYTES * analysis.maxQueries)
            + counted;
    long sample = NestingTest.ramBytes(dims, analysis.threads);
    return Math.max(queryBytes + counted + analysis.threads * worker, sample);
  }
}
