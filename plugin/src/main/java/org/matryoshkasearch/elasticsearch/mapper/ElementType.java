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
import org.matryoshkasearch.lucene.codec.FullVectorEncoding;

/** The parameter {@code element_type}: how a component of the full vector is stored. */
public enum ElementType {
  /** 4 bytes a component. */
  FLOAT(FullVectorEncoding.FLOAT32),
  /** 2 bytes a component: the range of a float, with 8 bits of precision. */
  BFLOAT16(FullVectorEncoding.BFLOAT16);

  private final FullVectorEncoding encoding;

  ElementType(FullVectorEncoding encoding) {
    this.encoding = encoding;
  }

  FullVectorEncoding encoding() {
    return encoding;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
