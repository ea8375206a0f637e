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
package org.matryoshkasearch.lucene.internal.scoring;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.apache.lucene.store.FilterIndexInput;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.MemorySegmentAccessInput;

/** Files that are mapped into memory. */
public final class MappedMemory {
  private MappedMemory() {}

  /** The memory of an input, or null if it is not one memory segment. */
  public static MemorySegment of(IndexInput input) throws IOException {
    return FilterIndexInput.unwrap(input) instanceof MemorySegmentAccessInput mapped
        ? mapped.segmentSliceOrNull(0, input.length())
        : null;
  }
}
