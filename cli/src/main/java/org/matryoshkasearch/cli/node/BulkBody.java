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
package org.matryoshkasearch.cli.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** The body of a {@code _bulk} request, made action by action. */
public final class BulkBody {

  private final ByteArrayOutputStream lines = new ByteArrayOutputStream();

  /** Indexes a document, over the one of the same id if there is one. */
  public BulkBody index(String id, JsonNode document) throws IOException {
    return action("index", id).line(document);
  }

  /** Changes the given fields of a document. */
  public BulkBody update(String id, JsonNode fields) throws IOException {
    ObjectNode partial = Json.object();
    partial.set("doc", fields);
    return action("update", id).line(partial);
  }

  /** Deletes a document. */
  public BulkBody delete(String id) throws IOException {
    return action("delete", id);
  }

  private BulkBody action(String name, String id) throws IOException {
    ObjectNode action = Json.object();
    action.putObject(name).put("_id", id);
    return line(action);
  }

  private BulkBody line(JsonNode value) throws IOException {
    lines.write(Json.bytes(value));
    lines.write('\n');
    return this;
  }

  /** The body so far. */
  public byte[] bytes() {
    return lines.toByteArray();
  }
}
