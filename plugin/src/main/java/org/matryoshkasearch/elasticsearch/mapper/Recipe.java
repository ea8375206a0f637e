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
package org.matryoshkasearch.elasticsearch.mapper;

import java.util.Locale;
import org.elasticsearch.index.mapper.MapperParsingException;

/**
 * The parameter {@code recipe}: what the maker of a model says is to be done to a whole vector
 * before it is cut. That a prefix is scaled to unit length is none: {@code cosine} does it.
 */
public enum Recipe {
  /** Nothing: vectors are compared as they were sent. */
  NONE,
  /** Layer norm over all components, as nomic-embed-text-v1.5 needs it; see {@link LayerNorm}. */
  LAYER_NORM;

  /**
   * Checks a mapping.
   *
   * @param dims null as long as they are not known
   * @throws MapperParsingException when the recipe makes no sense with the rest of it
   */
  void check(Integer dims, boolean allowTruncated, VectorSimilarity similarity, String field) {
    if (this == NONE) {
      return;
    }
    String what = "recipe [" + this + "] of field [" + field + "] ";
    if (similarity != VectorSimilarity.COSINE) {
      throw new MapperParsingException(
          what
              + "needs similarity ["
              + VectorSimilarity.COSINE
              + "] but it is ["
              + similarity
              + "]: layer norm makes all vectors equally long, and none of unit length");
    }
    if (allowTruncated) {
      throw new MapperParsingException(
          what + "cannot be used with [allow_truncated]: layer norm is over all dims");
    }
    if (dims != null && dims < 2) {
      throw new MapperParsingException(
          what + "needs dims of at least [2] but they are [" + dims + "]");
    }
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
