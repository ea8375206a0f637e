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
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;

/**
 * Binary doc values of fixed width, one row a vector, that can be read by ordinal where they lie.
 * Its files are specified in {@link MatryoshkaHnswVectorsFormat}.
 *
 * <p>Part of {@link MatryoshkaHnswVectorsFormat}, which knows what the bytes of a row mean; not
 * registered for fields by itself.
 */
final class FullVectorsDocValuesFormat extends DocValuesFormat {
  static final int VERSION_START = 0;
  static final int VERSION_CURRENT = VERSION_START;
  static final FilePair FILES =
      new FilePair("MatryoshkaFullVectors", "dvm", "dvd", VERSION_START, VERSION_CURRENT);

  FullVectorsDocValuesFormat() {
    super("MatryoshkaFullVectors");
  }

  @Override
  public FullVectorsConsumer fieldsConsumer(SegmentWriteState state) throws IOException {
    return new FullVectorsConsumer(state);
  }

  @Override
  public FullVectorsProducer fieldsProducer(SegmentReadState state) throws IOException {
    return new FullVectorsProducer(state);
  }
}
