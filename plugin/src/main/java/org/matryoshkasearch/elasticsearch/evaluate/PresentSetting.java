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
import org.matryoshkasearch.elasticsearch.mapper.IndexOptions;
import org.matryoshkasearch.elasticsearch.mapper.Recipe;
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
 * @param recipe what is done to vectors before they are compared
 * @param allowTruncated whether vectors of documents may be shorter
 * @param m of {@code index_options}; the default of ours for {@code dense_vector}, whose graph is
 *     another
 * @param efConstruction likewise
 */
record PresentSetting(
    String fieldType,
    int dims,
    ElementType elementType,
    VectorSimilarity similarity,
    int prefixDims,
    String type,
    double targetRecall,
    float oversample,
    Recipe recipe,
    boolean allowTruncated,
    int m,
    int efConstruction)
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
        in.readFloat(),
        Recipe.valueOf(in.readString()),
        in.readBoolean(),
        in.readVInt(),
        in.readVInt());
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
    out.writeString(recipe.name());
    out.writeBoolean(allowTruncated);
    out.writeVInt(m);
    out.writeVInt(efConstruction);
  }

  @Override
  public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
    builder.field("type", fieldType);
    builder.field("dims", dims);
    builder.field("element_type", elementType.toString());
    builder.field("similarity", similarity.toString());
    builder.field("prefix_dims", prefixDims);
    writeKept(builder);
    builder.startObject("index_options");
    builder.field("type", type);
    writeGraph(builder);
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

  /** What another prefix and code leave as it is, where it is not the default. */
  void writeKept(XContentBuilder builder) throws IOException {
    if (recipe != Recipe.NONE) {
      builder.field("recipe", recipe.toString());
    }
    if (allowTruncated) {
      builder.field("allow_truncated", true);
    }
  }

  /** The same of {@code index_options}. */
  void writeGraph(XContentBuilder builder) throws IOException {
    if (m != IndexOptions.DEFAULT.m()) {
      builder.field("m", m);
    }
    if (efConstruction != IndexOptions.DEFAULT.efConstruction()) {
      builder.field("ef_construction", efConstruction);
    }
  }
}
