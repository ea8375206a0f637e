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

/**
 * A comparable prefix that is searched for, and its code: to fit a grid to it takes as long as to
 * score a hundred rows, so it is done once.
 */
public final class PrefixQuery {
  private final float[] prefix;
  private final PrefixQuantizer quantizer;
  private final QuantizedPrefix code;

  /**
   * Quantises a prefix.
   *
   * @param prefix comparable
   * @param quantizer null where prefixes have no codes
   */
  public PrefixQuery(float[] prefix, PrefixQuantizer quantizer) {
    this.prefix = prefix;
    this.quantizer = quantizer;
    this.code = quantizer == null ? null : quantizer.quantizeQuery(prefix);
  }

  /** The prefix, comparable. */
  public float[] prefix() {
    return prefix;
  }

  /** Its code, or null. */
  public QuantizedPrefix code() {
    return code;
  }

  /** Its code for rows of another quantiser: the same grid, if that sees it from the same place. */
  public QuantizedPrefix codeFor(PrefixQuantizer other) {
    boolean same = quantizer != null && quantizer.codesQueriesAs(other);
    return same ? code : other.quantizeQuery(prefix);
  }
}
