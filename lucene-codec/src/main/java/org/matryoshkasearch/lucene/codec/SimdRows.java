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
package org.matryoshkasearch.lucene.codec;

import java.io.IOException;
import org.apache.lucene.store.IndexInput;

/**
 * Opens rows that are mapped into memory and scores them with SIMD, in a JVM that has {@code
 * jdk.incubator.vector}.
 */
interface SimdRows {
  /** Null where there is no SIMD. */
  SimdRows INSTANCE = load();

  /** Compiled apart, as it needs an incubating module, and loaded only where that is there. */
  private static SimdRows load() {
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
      return null;
    }
    try {
      String name = SimdRows.class.getPackageName() + ".SegmentRows";
      return Class.forName(name).asSubclass(SimdRows.class).getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException | LinkageError e) {
      return null; // a JVM with another version of the module
    }
  }

  /**
   * Codes of prefixes.
   *
   * @param codes the rows one after another, not wrapped; it is not moved
   * @return null if the input is not one memory segment
   */
  CodeRows openCodes(PrefixQuantizer quantizer, IndexInput codes) throws IOException;

  /**
   * Full vectors, or prefixes at the start of their rows.
   *
   * @param rows those of {@code vectors}, not wrapped
   * @return null if the input is not one memory segment
   */
  FloatRows openFloats(
      FullVectorValues vectors, int dims, FloatComparison comparison, IndexInput rows)
      throws IOException;
}
