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
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import javax.net.ssl.SSLContext;

/** Sends JSON over HTTP to one node. Safe for use by many threads. */
public final class NodeClient {

  private static final Duration LIMIT = Duration.ofMinutes(5);

  private final URI base;
  private final HttpClient http;

  /** What says who asks; null for nobody. */
  private final String authorization;

  /**
   * What a node answered.
   *
   * @param status the HTTP status
   * @param body the JSON, missing if there was none
   */
  public record Response(int status, JsonNode body) {

    /** The reason of an error with its causes, or the empty text. */
    public String reason() {
      JsonNode error = body.path("error");
      if (error.isTextual()) {
        return error.asText();
      }
      String reasons = reasons(error);
      // The causes of a failed search are those of its shards, and only the root is told.
      String root = error.path("root_cause").path(0).path("reason").asText();
      return reasons.contains(root) ? reasons : reasons + "; " + root;
    }

    private static String reasons(JsonNode error) {
      String reason = error.path("type").asText() + ": " + error.path("reason").asText();
      JsonNode cause = error.path("caused_by");
      return cause.isMissingNode() ? reason : reason + "; " + reasons(cause);
    }
  }

  /** A client of the node that answers at this address. */
  public NodeClient(URI base) {
    this(base, builder().build(), null);
  }

  /**
   * A client of a node with TLS.
   *
   * @param base begins with {@code https}
   * @param trusted knows the node's certificate, which has to name its address
   */
  public NodeClient(URI base, SSLContext trusted) {
    this(base, builder().sslContext(trusted).build(), null);
  }

  private NodeClient(URI base, HttpClient http, String authorization) {
    this.base = base;
    this.http = http;
    this.authorization = authorization;
  }

  private static HttpClient.Builder builder() {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .connectTimeout(Duration.ofSeconds(5));
  }

  /** The same client for a user, by the connections of this one. */
  public NodeClient as(String user, String password) {
    byte[] credentials = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
    return new NodeClient(base, http, "Basic " + Base64.getEncoder().encodeToString(credentials));
  }

  /** The address of the node, such as {@code http://127.0.0.1:9200}. */
  public URI address() {
    return base;
  }

  /** GETs a path such as {@code /docs/_mapping}. */
  public JsonNode get(String path) throws IOException {
    return demand("GET", path, null);
  }

  /** PUTs JSON, or nothing if it is null. */
  public JsonNode put(String path, JsonNode body) throws IOException {
    return demand("PUT", path, bytes(body));
  }

  /** POSTs JSON, or nothing if it is null. */
  public JsonNode post(String path, JsonNode body) throws IOException {
    return demand("POST", path, bytes(body));
  }

  /** POSTs a body that is JSON or, for {@code _bulk}, JSON lines already. */
  public JsonNode post(String path, byte[] body) throws IOException {
    return demand("POST", path, body);
  }

  /** DELETEs a path. */
  public JsonNode delete(String path) throws IOException {
    return demand("DELETE", path, null);
  }

  private static byte[] bytes(JsonNode body) throws IOException {
    return body == null ? null : Json.bytes(body);
  }

  private JsonNode demand(String method, String path, byte[] body) throws IOException {
    Response response = send(method, path, body);
    if (response.status() >= 400) {
      throw new NodeException(
          method + " " + path + " was answered " + response.status() + ": " + response.reason());
    }
    return response.body();
  }

  /**
   * Sends a request and returns what comes back, errors of the node included.
   *
   * @param body JSON or JSON lines, null for none
   * @throws IOException if there is no answer
   */
  public Response send(String method, String path, byte[] body) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(base.resolve(path))
            .timeout(LIMIT)
            .header(
                "Content-Type",
                path.contains("_bulk") ? "application/x-ndjson" : "application/json")
            .method(
                method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
    if (authorization != null) {
      request.header("Authorization", authorization);
    }
    try {
      HttpResponse<byte[]> response = http.send(request.build(), BodyHandlers.ofByteArray());
      return new Response(response.statusCode(), parse(response.body()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for an answer to " + path);
    }
  }

  private static JsonNode parse(byte[] body) throws IOException {
    String text = new String(body, StandardCharsets.UTF_8);
    boolean json = text.startsWith("{") || text.startsWith("[");
    return json ? Json.parse(text) : MissingNode.getInstance();
  }
}
