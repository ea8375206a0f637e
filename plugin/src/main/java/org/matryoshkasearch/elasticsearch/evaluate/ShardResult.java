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
package org.matryoshkasearch.elasticsearch.evaluate;

import java.io.IOException;
import java.util.List;
import org.elasticsearch.common.io.stream.StreamInput;
import org.elasticsearch.common.io.stream.StreamOutput;
import org.elasticsearch.common.io.stream.Writeable;
import org.matryoshkasearch.elasticsearch.mapper.GraphType;
import org.matryoshkasearch.lucene.analysis.PrefixRecall;

/**
 * What a shard found.
 *
 * @param documents that take part
 * @param compared those of them with which other settings were tried; 0 where there were too few
 *     documents for any query, and the rest means nothing
 * @param present the field as it is
 * @param target the recall to reach
 * @param found by searches as the field is, one a query
 * @param ofTargets the same by searches for each target recall, where there are several
 * @param k neighbours that could be found, fewer than asked for where there are fewer documents
 * @param settings other settings
 * @param nesting the verdict
 * @param reason of the verdict
 */
record ShardResult(
    int documents,
    int compared,
    PresentSetting present,
    double target,
    List<PresentSearches.Found> found,
    List<List<PresentSearches.Found>> ofTargets,
    int k,
    List<PrefixRecall> settings,
    String nesting,
    String reason)
    implements Writeable {

  static ShardResult empty(int documents) {
    return new ShardResult(documents, 0, null, 0, List.of(), List.of(), 0, List.of(), "", "");
  }

  boolean isEmpty() {
    return compared == 0;
  }

  static ShardResult read(StreamInput in) throws IOException {
    int documents = in.readVInt();
    int compared = in.readVInt();
    if (compared == 0) {
      return empty(documents);
    }
    PresentSetting present = PresentSetting.read(in);
    double target = in.readDouble();
    List<PresentSearches.Found> found = readFound(in);
    List<List<PresentSearches.Found>> ofTargets = in.readCollectionAsList(ShardResult::readFound);
    int k = in.readVInt();
    List<PrefixRecall> settings = in.readCollectionAsList(from -> readSetting(from, k, compared));
    return new ShardResult(
        documents,
        compared,
        present,
        target,
        found,
        ofTargets,
        k,
        settings,
        in.readString(),
        in.readString());
  }

  @Override
  public void writeTo(StreamOutput out) throws IOException {
    out.writeVInt(documents);
    out.writeVInt(compared);
    if (isEmpty()) {
      return;
    }
    present.writeTo(out);
    out.writeDouble(target);
    writeFound(out, found);
    out.writeCollection(ofTargets, ShardResult::writeFound);
    out.writeVInt(k);
    out.writeCollection(settings, ShardResult::writeSetting);
    out.writeString(nesting);
    out.writeString(reason);
  }

  private static List<PresentSearches.Found> readFound(StreamInput in) throws IOException {
    return in.readCollectionAsList(
        from -> new PresentSearches.Found(from.readDouble(), from.readInt(), from.readVLong()));
  }

  private static void writeFound(StreamOutput out, List<PresentSearches.Found> found)
      throws IOException {
    out.writeCollection(
        found,
        (to, one) -> {
          to.writeDouble(one.recall());
          to.writeInt(one.rows());
          to.writeVLong(one.nanos());
        });
  }

  private static PrefixRecall readSetting(StreamInput in, int k, int documents) throws IOException {
    return new PrefixRecall(
        in.readVInt(),
        GraphType.of(in.readString()).encoding(),
        in.readVInt(),
        k,
        documents,
        in.readArray(StreamInput::readVIntArray, int[][]::new));
  }

  private static void writeSetting(StreamOutput out, PrefixRecall setting) throws IOException {
    out.writeVInt(setting.prefixDims());
    out.writeString(GraphType.of(setting.encoding()).toString());
    out.writeVInt(setting.codeBytes());
    out.writeArray(StreamOutput::writeVIntArray, setting.places());
  }
}
