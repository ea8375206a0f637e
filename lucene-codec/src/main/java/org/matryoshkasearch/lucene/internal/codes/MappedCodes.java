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
import java.nio.ByteBuffer;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.util.IOSupplier;
import org.matryoshkasearch.lucene.internal.scoring.Simd;

/** Opens codes that are mapped into memory, to score them with SIMD. */
interface MappedCodes {
  /** Null where there is no SIMD. */
  MappedCodes INSTANCE = Simd.load(MappedCodes.class, "SimdCodes");

  /**
   * Opens rows for any number of readers.
   *
   * @param codes the rows one after another; it is not moved
   * @return null if the input is not one memory segment, or these codes are not read with SIMD here
   */
  IOSupplier<CodeRows> in(PrefixQuantizer quantizer, IndexInput codes) throws IOException;

  /**
   * Opens rows in memory.
   *
   * @param codes a direct buffer; the rows one after another from its start
   * @return null if these codes are not read with SIMD here
   */
  CodeRows open(PrefixQuantizer quantizer, ByteBuffer codes);
}
