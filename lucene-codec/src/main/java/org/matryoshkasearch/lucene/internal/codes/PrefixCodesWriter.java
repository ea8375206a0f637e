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

import java.io.IOException;
import org.apache.lucene.store.DataOutput;

/** Writes the rows of quantised prefixes that {@link CodeRows} reads. */
public final class PrefixCodesWriter {
  private final PrefixQuantizer quantizer;
  private final DataOutput out;
  private final QuantizedPrefix row;

  /** Appends to a file, or to memory. */
  public PrefixCodesWriter(PrefixQuantizer quantizer, DataOutput out) {
    this.quantizer = quantizer;
    this.out = out;
    this.row = quantizer.newDocument();
  }

  /** Appends the row of a comparable prefix. */
  public void add(float[] prefix) throws IOException {
    quantizer.quantizeDocument(prefix, row);
    out.writeBytes(row.code, row.code.length);
    out.writeInt(Float.floatToIntBits(row.lower));
    out.writeInt(Float.floatToIntBits(row.step));
    out.writeInt(Float.floatToIntBits(row.sum));
    out.writeInt(Float.floatToIntBits(row.correction));
  }
}
