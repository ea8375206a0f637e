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

import java.io.Closeable;
import java.io.IOException;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.store.DataOutput;
import org.matryoshkasearch.lucene.internal.codes.PrefixCodesWriter;
import org.matryoshkasearch.lucene.internal.codes.PrefixQuantizer;
import org.matryoshkasearch.lucene.internal.files.FilePair;

/**
 * Writes what fields are, and the codes of their prefixes, to files that {@link FieldsInput} reads.
 */
final class FieldsOutput implements Closeable {
  static final int VERSION_START = 1;
  static final int VERSION_CURRENT = VERSION_START;
  static final FilePair FILES =
      new FilePair("MatryoshkaPrefixCodes", "vemq", "veq", VERSION_START, VERSION_CURRENT);

  private final FilePair.Output files;
  private PrefixCodesWriter codes; // of the field that is written, if it has any
  private long codesAt;

  FieldsOutput(SegmentWriteState state) throws IOException {
    files = FILES.create(state);
  }

  /**
   * Begins the codes of a field.
   *
   * @param quantizer null without codes
   */
  void begin(PrefixQuantizer quantizer) throws IOException {
    codesAt = files.data.alignFilePointer(FilePair.ALIGNMENT);
    codes = quantizer == null ? null : new PrefixCodesWriter(quantizer, files.data);
  }

  /** Adds the code of a comparable prefix, if the field has codes. */
  void add(float[] prefix) throws IOException {
    if (codes != null) {
      codes.add(prefix);
    }
  }

  /** Where the codes of the field begin. */
  long codesAt() {
    return codesAt;
  }

  /** How many bytes of codes were added. */
  long codeBytes() {
    return files.data.getFilePointer() - codesAt;
  }

  /** Writes what a field is, whose codes are all there. */
  void end(FieldInfo field, FieldEntry entry) throws IOException {
    metaOf(field).writeByte(FieldEntry.FLOAT_FIELD);
    entry.write(files.meta);
  }

  /** Writes that a field is one of byte vectors. */
  void writeByteField(FieldInfo field) throws IOException {
    metaOf(field).writeByte(FieldEntry.BYTE_FIELD);
  }

  private DataOutput metaOf(FieldInfo field) throws IOException {
    files.meta.writeInt(field.number);
    return files.meta;
  }

  /** Ends the files; nothing may follow. */
  void finish() throws IOException {
    files.finish();
  }

  @Override
  public void close() throws IOException {
    files.close();
  }
}
