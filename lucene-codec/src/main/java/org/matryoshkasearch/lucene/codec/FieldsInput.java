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
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.util.Accountable;
import org.apache.lucene.util.IOSupplier;
import org.apache.lucene.util.IOUtils;
import org.apache.lucene.util.RamUsageEstimator;
import org.matryoshkasearch.lucene.internal.codes.CodeRows;
import org.matryoshkasearch.lucene.internal.files.MetaInput;

/** Reads what fields are, and the codes of their prefixes: what {@link FieldsOutput} wrote. */
final class FieldsInput implements Accountable, Closeable {
  private static final long SHALLOW_SIZE =
      RamUsageEstimator.shallowSizeOfInstance(FieldsInput.class);

  private final Map<String, FieldEntry> fields = new HashMap<>();
  private final List<FieldInfo> floatFields = new ArrayList<>();
  private final List<FieldInfo> byteFields = new ArrayList<>();
  private final Map<String, IOSupplier<CodeRows>> codesOfFields = new HashMap<>();
  private final IndexInput codes;

  FieldsInput(SegmentReadState state) throws IOException {
    codes = FieldsOutput.FILES.open(state, this::readField);
    try {
      openCodes();
    } catch (Throwable t) {
      IOUtils.closeWhileSuppressingExceptions(t, codes);
      throw t;
    }
  }

  /** Once, as each search of each segment reads them. */
  private void openCodes() throws IOException {
    for (FieldInfo field : floatFields) {
      FieldEntry entry = fields.get(field.name);
      if (entry.quantizer() != null) {
        IndexInput slice = codes.slice("prefix-codes", entry.codesAt(), entry.codeBytes());
        codesOfFields.put(field.name, CodeRows.in(entry.quantizer(), slice));
      }
    }
  }

  private void readField(FieldInfo field, MetaInput meta) throws IOException {
    byte kind = meta.in.readByte();
    boolean isOfBytes = field.getVectorEncoding() == VectorEncoding.BYTE;
    meta.check(
        kind == (isOfBytes ? FieldEntry.BYTE_FIELD : FieldEntry.FLOAT_FIELD),
        "kind [%d] of field [%s]",
        kind,
        field.name);
    if (isOfBytes) {
      byteFields.add(field);
    } else {
      fields.put(field.name, FieldEntry.read(meta, field));
      floatFields.add(field);
    }
  }

  List<FieldInfo> floatFields() {
    return Collections.unmodifiableList(floatFields);
  }

  List<FieldInfo> byteFields() {
    return Collections.unmodifiableList(byteFields);
  }

  /** What a field of float vectors is, or null if it is none here. */
  FieldEntry entry(String field) {
    return fields.get(field);
  }

  /** The codes of a field, or null if it has none. */
  IOSupplier<CodeRows> codes(String field) {
    return codesOfFields.get(field);
  }

  /** Checks all that was written. */
  void checkIntegrity() throws IOException {
    CodecUtil.checksumEntireFile(codes);
  }

  @Override
  public long ramBytesUsed() {
    long total = SHALLOW_SIZE;
    for (FieldEntry entry : fields.values()) {
      total += RamUsageEstimator.shallowSizeOf(entry);
      total += entry.quantizer() == null ? 0 : entry.quantizer().ramBytesUsed();
    }
    return total;
  }

  @Override
  public void close() throws IOException {
    codes.close();
  }
}
