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

import java.util.Arrays;
import java.util.Locale;
import org.matryoshkasearch.lucene.codec.PrefixEncoding;

/** The parameter {@code index_options.type}: the codes of the prefix in the HNSW graph. */
public enum GraphType {
  /** float32: 32 bits a dimension. */
  HNSW(PrefixEncoding.FLOAT32),
  /** 8 bits a dimension. */
  INT8_HNSW(PrefixEncoding.INT8),
  /** 4 bits a dimension. */
  INT4_HNSW(PrefixEncoding.INT4),
  /** 1 bit a dimension. */
  BBQ_HNSW(PrefixEncoding.BIT1);

  private final PrefixEncoding encoding;

  GraphType(PrefixEncoding encoding) {
    this.encoding = encoding;
  }

  /** How the library codes a prefix for such a graph. */
  public PrefixEncoding encoding() {
    return encoding;
  }

  /** The one that codes prefixes so. */
  public static GraphType of(PrefixEncoding encoding) {
    return Arrays.stream(values()).filter(t -> t.encoding == encoding).findFirst().orElseThrow();
  }

  /**
   * The one of this name.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static GraphType of(String name) {
    return MappingValues.oneOf(values(), "index_options.type", name);
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
