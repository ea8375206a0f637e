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
package org.matryoshkasearch.lucene.internal.files;

import java.io.Closeable;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.store.DataAccessHint;
import org.apache.lucene.store.FileDataHint;
import org.apache.lucene.store.FileTypeHint;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.IOUtils;

/**
 * A metadata file, read whole and verified when it is opened, and the data file that it describes.
 * Both have an index header and a footer with a checksum, and carry the same version.
 */
public record FilePair(
    String name, String metaExtension, String dataExtension, int start, int current) {
  /** Where rows begin in the data: a cache line, and a multiple of every vector register. */
  public static final int ALIGNMENT = 64;

  /** Reads what the metadata say of a field, checking that it can be so. */
  @FunctionalInterface
  public interface FieldReader {
    /** Reads a field. */
    void read(FieldInfo field, MetaInput meta) throws IOException;
  }

  /** The two files being written. */
  public static final class Output implements Closeable {
    /** The metadata. */
    public final IndexOutput meta;

    /** The data. */
    public final IndexOutput data;

    private Output(IndexOutput meta, IndexOutput data) {
      this.meta = meta;
      this.data = data;
    }

    /** Writes the end mark and the footers; nothing may follow. */
    public void finish() throws IOException {
      meta.writeInt(-1);
      CodecUtil.writeFooter(meta);
      CodecUtil.writeFooter(data);
    }

    @Override
    public void close() throws IOException {
      IOUtils.close(meta, data);
    }
  }

  /** Creates both. */
  public Output create(SegmentWriteState state) throws IOException {
    IndexOutput meta = null;
    IndexOutput data = null;
    try {
      meta = create(state, metaExtension, metaCodec());
      data = create(state, dataExtension, dataCodec());
      return new Output(meta, data);
    } catch (Throwable t) {
      IOUtils.closeWhileSuppressingExceptions(t, meta, data);
      throw t;
    }
  }

  private IndexOutput create(SegmentWriteState state, String extension, String codec)
      throws IOException {
    String file =
        IndexFileNames.segmentFileName(state.segmentInfo.name, state.segmentSuffix, extension);
    IndexOutput out = state.directory.createOutput(file, state.context);
    try {
      CodecUtil.writeIndexHeader(
          out, codec, current, state.segmentInfo.getId(), state.segmentSuffix);
      return out;
    } catch (Throwable t) {
      IOUtils.closeWhileSuppressingExceptions(t, out);
      throw t;
    }
  }

  /**
   * Reads the metadata and opens the data, for random access.
   *
   * @param reader is called for each field, in the order of the file
   * @throws CorruptIndexException if the metadata's checksum is wrong or they say what cannot be,
   *     the data file is cut, or the two do not belong together
   * @throws LaterFormatException if a later version of the library wrote them
   */
  public IndexInput open(SegmentReadState state, FieldReader reader) throws IOException {
    IndexInput data =
        state.directory.openInput(fileName(state, dataExtension), dataContext(state.context));
    try {
      CodecUtil.retrieveChecksum(data); // first: a cut file has no footer
      int version = readMeta(state, data.length() - CodecUtil.footerLength(), reader);
      data.seek(0);
      int dataVersion = checkHeader(data, dataCodec(), state);
      if (dataVersion != version) {
        throw new CorruptIndexException(
            "Format versions mismatch: meta=" + version + ", data=" + dataVersion, data);
      }
      return data;
    } catch (Throwable t) {
      IOUtils.closeWhileSuppressingExceptions(t, data);
      throw t;
    }
  }

  /** Nothing is made of what the file says before its checksum is verified. */
  private int readMeta(SegmentReadState state, long dataEnd, FieldReader reader)
      throws IOException {
    try (IndexInput in =
        state.directory.openInput(fileName(state, metaExtension), IOContext.READONCE)) {
      CodecUtil.checksumEntireFile(in);
      int version = checkHeader(in, metaCodec(), state);
      Set<String> ours = fields(state);
      if (version > current) {
        throw new LaterFormatException(fileName(state, metaExtension), ours, version, current);
      }
      MetaInput meta = new MetaInput(in, dataEnd, state.segmentInfo.maxDoc());
      Set<Integer> seen = new HashSet<>();
      for (int number = in.readInt(); number != -1; number = in.readInt()) {
        FieldInfo field = number < 0 ? null : state.fieldInfos.fieldInfo(number);
        meta.check(field != null && seen.add(number), "field number [%d]", number);
        meta.check(field.hasVectorValues(), "field [%s], which has no vectors", field.name);
        boolean isOurs = ours.isEmpty() || ours.contains(field.name);
        meta.check(isOurs, "field [%s], whose vectors another format has", field.name);
        reader.read(field, meta);
      }
      meta.check(
          in.getFilePointer() == in.length() - CodecUtil.footerLength(), "more behind its end");
      return version;
    }
  }

  private int checkHeader(IndexInput in, String codec, SegmentReadState state) throws IOException {
    return CodecUtil.checkIndexHeader(
        in, codec, start, Integer.MAX_VALUE, state.segmentInfo.getId(), state.segmentSuffix);
  }

  /** The fields whose vectors are in the files of a suffix, where each field has its format. */
  private static Set<String> fields(SegmentReadState state) {
    Set<String> fields = new TreeSet<>();
    for (FieldInfo field : state.fieldInfos) {
      if (field.hasVectorValues()) {
        String suffix =
            field.getAttribute(PerFieldKnnVectorsFormat.PER_FIELD_FORMAT_KEY)
                + "_"
                + field.getAttribute(PerFieldKnnVectorsFormat.PER_FIELD_SUFFIX_KEY);
        if (state.segmentSuffix.endsWith(suffix)) {
          fields.add(field.name);
        }
      }
    }
    return fields;
  }

  /** How the data is read when it is searched. */
  public static IOContext dataContext(IOContext context) {
    return context.withHints(FileTypeHint.DATA, FileDataHint.KNN_VECTORS, DataAccessHint.RANDOM);
  }

  private static String fileName(SegmentReadState state, String extension) {
    return IndexFileNames.segmentFileName(state.segmentInfo.name, state.segmentSuffix, extension);
  }

  private String metaCodec() {
    return name + "Meta";
  }

  private String dataCodec() {
    return name + "Data";
  }
}
