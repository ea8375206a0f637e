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
package org.matryoshkasearch.elasticsearch.query;

import java.io.IOException;
import java.util.Objects;
import org.elasticsearch.ElasticsearchStatusException;
import org.elasticsearch.TransportVersion;
import org.elasticsearch.action.ActionListener;
import org.elasticsearch.client.internal.Client;
import org.elasticsearch.common.io.stream.StreamInput;
import org.elasticsearch.common.io.stream.StreamOutput;
import org.elasticsearch.rest.RestStatus;
import org.elasticsearch.search.vectors.QueryVectorBuilder;
import org.elasticsearch.xcontent.ConstructingObjectParser;
import org.elasticsearch.xcontent.ParseField;
import org.elasticsearch.xcontent.XContentBuilder;

/** Turns a text into a vector, as a model would. */
final class TextBuilder implements QueryVectorBuilder {
  static final int DIMS = 12;
  static final ParseField NAME = new ParseField("text");
  static final ConstructingObjectParser<TextBuilder, Void> PARSER =
      new ConstructingObjectParser<>("text", args -> new TextBuilder((String) args[0]));

  static {
    PARSER.declareString(ConstructingObjectParser.constructorArg(), new ParseField("of"));
  }

  private final String text;

  TextBuilder(String text) {
    this.text = text;
  }

  TextBuilder(StreamInput in) throws IOException {
    this(in.readString());
  }

  static float[] vector(String text) {
    float[] vector = new float[DIMS];
    for (int i = 0; i < DIMS; i++) {
      vector[i] = text.charAt(i % text.length()) - 'f';
    }
    return vector;
  }

  @Override
  public void buildVector(Client client, ActionListener<float[]> listener) {
    if (text.equals("no such model")) {
      listener.onFailure(new ElasticsearchStatusException(text, RestStatus.NOT_FOUND));
    } else {
      listener.onResponse(text.isEmpty() ? null : vector(text));
    }
  }

  @Override
  public void writeTo(StreamOutput out) throws IOException {
    out.writeString(text);
  }

  @Override
  public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
    return builder.startObject().field("of", text).endObject();
  }

  @Override
  public String getWriteableName() {
    return NAME.getPreferredName();
  }

  @Override
  public TransportVersion getMinimalSupportedVersion() {
    return TransportVersion.minimumCompatible();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TextBuilder that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return Objects.hash(text);
  }
}
