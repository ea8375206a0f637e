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
import org.elasticsearch.common.io.stream.StreamInput;
import org.elasticsearch.common.io.stream.StreamOutput;
import org.elasticsearch.common.io.stream.Writeable;
import org.elasticsearch.xcontent.ToXContentFragment;
import org.elasticsearch.xcontent.XContentBuilder;
import org.matryoshkasearch.elasticsearch.mapper.ElementType;
import org.matryoshkasearch.elasticsearch.mapper.VectorSimilarity;

/**
 * The field as it is.
 *
 * @param fieldType {@code matryoshka_vector} or {@code dense_vector}
 * @param dims of the full vectors
 * @param elementType how they are stored
 * @param similarity how they are compared
 * @param prefixDims over how many of the dims the graph is; all of them where there is no prefix
 * @param type of {@code index_options}
 * @param targetRecall what its searches are to reach; 0 where they rescore a fixed number
 * @param oversample how many rows a hit its searches rescore; 0 for none, or with a target
 */
record PresentSetting(
    String fieldType,
    int dims,
    ElementType elementType,
    VectorSimilarity similarity,
    int prefixDims,
    String type,
    double targetRecall,
    float oversample)
    implements Writeable, ToXContentFragment {

  static PresentSetting read(StreamInput in) throws IOException {
    return new PresentSetting(
        in.readString(),
        in.readVInt(),
        ElementType.valueOf(in.readString()),
        VectorSimilarity.valueOf(in.readString()),
        in.readVInt(),
        in.readString(),
        in.readDouble(),
        in.readFloat());
  }

  @Override
  public void writeTo(StreamOutput out) throws IOException {
    out.writeString(fieldType);
    out.writeVInt(dims);
    out.writeString(elementType.name());
    out.writeString(similarity.name());
    out.writeVInt(prefixDims);
    out.writeString(type);
    out.writeDouble(targetRecall);
    out.writeFloat(oversample);
  }

  @Override
  public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
    builder.field("type", fieldType);
    builder.field("dims", dims);
    builder.field("element_type", elementType.toString());
    builder.field("similarity", similarity.toString());
    builder.field("prefix_dims", prefixDims);
    builder.startObject("index_options");
    builder.field("type", type);
    if (targetRecall > 0 || oversample > 0) {
      builder.startObject("rescore_vector");
      if (targetRecall > 0) {
        builder.field("target_recall", targetRecall);
      } else {
        builder.field("oversample", oversample);
      }
      builder.endObject();
    }
    return builder.endObject();
  }
}
