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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.codecs.hnsw.FlatVectorScorerUtil;
import org.apache.lucene.codecs.hnsw.FlatVectorsReader;
import org.apache.lucene.codecs.hnsw.FlatVectorsScorer;
import org.apache.lucene.index.ByteVectorValues;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.util.IOUtils;
import org.apache.lucene.util.RamUsageEstimator;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/** Reads full vectors, and scores the codes of their prefixes. */
final class MatryoshkaFlatVectorsReader extends FlatVectorsReader {
  private static final long SHALLOW_SIZE =
      RamUsageEstimator.shallowSizeOfInstance(MatryoshkaFlatVectorsReader.class);

  private final FieldInfos fieldInfos;
  private final List<FieldInfo> all = new ArrayList<>();
  private final Map<String, FieldEntry> fields = new HashMap<>();
  private final IndexInput codes;
  private final FullVectorsProducer fullVectors;
  private final FlatVectorsReader byteVectors; // null if there are none
  private boolean hasByteFields;

  MatryoshkaFlatVectorsReader(SegmentReadState state) throws IOException {
    fieldInfos = state.fieldInfos;
    IndexInput codesInput = null;
    FullVectorsProducer producer = null;
    try {
      codesInput = MatryoshkaFlatVectorsFormat.FILES.open(state, this::readField);
      producer = new FullVectorsDocValuesFormat().fieldsProducer(state);
      for (Map.Entry<String, FieldEntry> field : fields.entrySet()) {
        FieldEntry entry = field.getValue();
        producer.check(fieldInfos.fieldInfo(field.getKey()), entry.count(), entry.rowBytes());
      }
      byteVectors =
          hasByteFields
              ? MatryoshkaFlatVectorsWriter.byteVectorsFormat().fieldsReader(state)
              : null;
    } catch (Throwable t) {
      IOUtils.closeWhileSuppressingExceptions(t, codesInput, producer);
      throw t;
    }
    codes = codesInput;
    fullVectors = producer;
  }

  private void readField(FieldInfo field, MetaInput meta) throws IOException {
    all.add(field);
    Optional<FieldEntry> entry = FieldEntry.read(meta, field);
    if (entry.isPresent()) {
      fields.put(field.name, entry.get());
    } else {
      hasByteFields = true;
    }
  }

  /** The fields that are here, of floats and of bytes. */
  List<FieldInfo> fields() {
    return all;
  }

  /** How many vectors a field has. */
  int size(FieldInfo field) throws IOException {
    FieldEntry entry = fields.get(field.name);
    return entry == null
        ? byteVectors(field.name).getByteVectorValues(field.name).size()
        : entry.count();
  }

  @Override
  public FullVectorValues getFloatVectorValues(String field) throws IOException {
    FieldEntry entry = entry(field);
    return new FullVectorValues(
        fullVectors.rows(fieldInfos.fieldInfo(field)),
        entry.fullVectorEncoding(),
        entry.dims(),
        entry.similarity(),
        prefixes(entry));
  }

  private PrefixVectors prefixes(FieldEntry entry) throws IOException {
    return entry.quantizer() == null
        ? new RawPrefixes(entry.prefixDims())
        : new PrefixCodes(
            entry.quantizer(), codes.slice("prefix-codes", entry.offset(), entry.length()));
  }

  private FieldEntry entry(String field) {
    FieldEntry entry = fields.get(field);
    if (entry == null) {
      throw new IllegalArgumentException("field [" + field + "] has no float vectors here");
    }
    return entry;
  }

  @Override
  public ByteVectorValues getByteVectorValues(String field) throws IOException {
    return byteVectors(field).getByteVectorValues(field);
  }

  private FlatVectorsReader byteVectors(String field) {
    if (byteVectors == null) {
      throw new IllegalArgumentException("field [" + field + "] has no byte vectors here");
    }
    return byteVectors;
  }

  @Override
  public RandomVectorScorer getRandomVectorScorer(String field, float[] target) throws IOException {
    FullVectorValues vectors = getFloatVectorValues(field);
    return vectors.prefixes().scorer(vectors, target);
  }

  @Override
  public RandomVectorScorer getRandomVectorScorer(String field, byte[] target) throws IOException {
    return byteVectors(field).getRandomVectorScorer(field, target);
  }

  /** For byte vectors only: prefixes have scorers of their own. */
  @Override
  public FlatVectorsScorer getFlatVectorScorer(String field) {
    return FlatVectorScorerUtil.getLucene99FlatVectorsScorer();
  }

  /**
   * {@inheritDoc}
   *
   * <p>Full vectors are reported under {@code vec}, codes under {@code veq}: the names by which
   * Lucene's formats, and those who read their statistics, call these two kinds of data.
   */
  @Override
  public Map<String, Long> getOffHeapByteSize(FieldInfo field) {
    FieldEntry entry = fields.get(field.name);
    if (entry == null) {
      return byteVectors(field.name).getOffHeapByteSize(field);
    }
    long rows = fullVectors.byteSize(field);
    return entry.quantizer() == null
        ? Map.of("vec", rows)
        : Map.of("vec", rows, "veq", entry.length());
  }

  @Override
  public FlatVectorsReader getMergeInstance() throws IOException {
    fullVectors.readSequentially(true);
    return this;
  }

  @Override
  public void finishMerge() throws IOException {
    fullVectors.readSequentially(false);
  }

  @Override
  public void checkIntegrity() throws IOException {
    CodecUtil.checksumEntireFile(codes);
    fullVectors.checkIntegrity();
    if (byteVectors != null) {
      byteVectors.checkIntegrity();
    }
  }

  @Override
  public long ramBytesUsed() {
    long total = SHALLOW_SIZE + fullVectors.ramBytesUsed();
    total += byteVectors == null ? 0 : byteVectors.ramBytesUsed();
    for (FieldEntry entry : fields.values()) {
      total += RamUsageEstimator.shallowSizeOf(entry);
      total += entry.quantizer() == null ? 0 : entry.quantizer().ramBytesUsed();
    }
    return total;
  }

  @Override
  public void close() throws IOException {
    IOUtils.close(codes, fullVectors, byteVectors);
  }
}
