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

import java.util.List;
import org.matryoshkasearch.lucene.codec.PrefixEncoding;

/**
 * What an analysis found.
 *
 * @param documents how many vectors were searched
 * @param dims components of each
 * @param queries how many queries were searched for
 * @param k how many neighbours of each query: fewer than asked for where there are fewer documents
 * @param settings one for each length of prefix and each code, shorter prefixes first
 * @param recommendation for the target recall
 * @param verdict whether the documents' vectors are nested
 */
public record AnalysisResult(
    int documents,
    int dims,
    int queries,
    int k,
    List<PrefixRecall> settings,
    Recommendation recommendation,
    NestingVerdict verdict) {

  /** The setting of a length and a code, or null if it was not asked for. */
  public PrefixRecall setting(int prefixDims, PrefixEncoding encoding) {
    return settings.stream()
        .filter(s -> s.prefixDims() == prefixDims && s.encoding() == encoding)
        .findFirst()
        .orElse(null);
  }
}
