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
package org.matryoshkasearch.lucene;

import java.util.HashMap;
import java.util.Map;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.index.DocValuesSkipIndexType;
import org.apache.lucene.index.DocValuesType;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.SegmentInfo;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.util.InfoStream;
import org.apache.lucene.util.StringHelper;
import org.apache.lucene.util.Version;

/** A segment whose files are written and read one by one. */
public final class SegmentFiles {
  private final Directory directory;
  private final SegmentInfo segment;
  private final FieldInfos fields;

  /** Of so many documents. */
  public SegmentFiles(Directory directory, int maxDoc, FieldInfo... fields) {
    this.directory = directory;
    this.fields = new FieldInfos(fields);
    this.segment =
        new SegmentInfo(
            directory,
            Version.LATEST,
            Version.LATEST,
            "_0",
            maxDoc,
            false,
            false,
            Codec.getDefault(),
            Map.of(),
            StringHelper.randomId(),
            Map.of(),
            null);
  }

  /** A field of float vectors. */
  public static FieldInfo field(int number, int dims, VectorSimilarityFunction similarity) {
    return new FieldInfo(
        "f" + number,
        number,
        false,
        false,
        false,
        IndexOptions.NONE,
        DocValuesType.NONE,
        DocValuesSkipIndexType.NONE,
        -1,
        new HashMap<>(),
        0,
        0,
        0,
        dims,
        VectorEncoding.FLOAT32,
        similarity,
        false,
        false);
  }

  public SegmentWriteState writing() {
    return new SegmentWriteState(
        InfoStream.NO_OUTPUT, directory, segment, fields, null, IOContext.DEFAULT, "s");
  }

  public SegmentReadState reading() {
    return new SegmentReadState(directory, segment, fields, IOContext.DEFAULT, "s");
  }
}
