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
package org.matryoshkasearch.it;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.matryoshkasearch.it.SecureCluster.VECTOR;
import static org.matryoshkasearch.it.SecureCluster.format;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.Before;
import org.junit.Test;
import org.matryoshkasearch.cli.node.BulkBody;
import org.matryoshkasearch.cli.node.Json;
import org.matryoshkasearch.cli.node.NodeClient.Response;

/**
 * What each request takes, as docs/operations.md lists it: who has that privilege alone is
 * answered, who has all others is refused.
 */
public class Privileges {

  /** Of an index; none of these includes another one. */
  private static final List<String> OF_INDEX =
      List.of("read", "index", "create_index", "view_index_metadata", "monitor", "maintenance");

  private static final List<String> OF_CLUSTER = List.of("monitor", "manage");

  private static final String KNN =
      format("{\"matryoshka_knn\": {\"field\": \"e\", \"k\": 1, \"query_vector\": %s}}", VECTOR);
  private static final String MAPPING =
      "\"properties\": {\"e\": {\"type\": \"matryoshka_vector\", \"dims\": 8, \"prefix_dims\": 4}}";
  private static final String SEARCH = "{\"query\": " + KNN + "}";
  private static final String SECTION =
      format("{\"knn\": {\"field\": \"dense\", \"k\": 1, \"query_vector\": %s}}", VECTOR);

  /**
   * A request to the index of this test.
   *
   * @param privilege the only one that it takes
   */
  private record Request(String privilege, String method, String path, String body) {}

  private static final List<Request> OF_AN_INDEX =
      List.of(
          new Request("read", "POST", "/privileged/_search", SEARCH),
          new Request("read", "POST", "/privileged/_search", SECTION),
          new Request("read", "POST", "/privileged/_count", SEARCH),
          new Request("read", "POST", "/privileged/_explain/1", SEARCH),
          new Request("read", "POST", "/privileged/_matryoshka/evaluate", "{\"field\": \"e\"}"),
          new Request("read", "POST", "/privileged/_matryoshka/evaluate", "{\"field\": \"dense\"}"),
          new Request("index", "PUT", "/privileged/_doc/3", "{\"e\": " + VECTOR + "}"),
          new Request("view_index_metadata", "POST", "/privileged/_validate/query", SEARCH),
          new Request("view_index_metadata", "GET", "/privileged/_mapping", null),
          new Request("monitor", "GET", "/privileged/_stats/dense_vector", null),
          new Request("maintenance", "POST", "/privileged/_forcemerge?max_num_segments=1", null));

  private static final List<Request> OF_THE_CLUSTER =
      List.of(
          new Request("monitor", "GET", "/_tasks?actions=*matryoshka/evaluate*", null),
          new Request("monitor", "GET", "/_nodes/stats/indices/dense_vector", null),
          new Request("manage", "POST", "/_tasks/_cancel?actions=*matryoshka/evaluate*", null));

  private final SecureCluster cluster = SecureCluster.current();

  private static List<String> all() {
    List<String> all = new ArrayList<>(OF_INDEX);
    all.add("manage");
    return all;
  }

  /** Those of the roles; each user has the role of the same name. */
  static List<String> users() {
    Stream<String> ofIndex = all().stream().flatMap(p -> Stream.of("only_" + p, "but_" + p));
    Stream<String> ofCluster =
        OF_CLUSTER.stream().flatMap(p -> Stream.of("cluster_only_" + p, "cluster_but_" + p));
    return Stream.concat(ofIndex, ofCluster).toList();
  }

  /** For each privilege a role with no other one, and a role with all others. */
  static String roles() {
    StringBuilder roles = new StringBuilder();
    for (String privilege : all()) {
      // who may index may still change mappings, for old times' sake
      List<String> others =
          OF_INDEX.stream()
              .filter(p -> p.equals(privilege) == false)
              .filter(p -> privilege.equals("manage") == false || p.equals("index") == false)
              .toList();
      roles.append(role("only_" + privilege, List.of(), List.of(privilege)));
      roles.append(role("but_" + privilege, OF_CLUSTER, others));
    }
    roles.append(role("cluster_only_monitor", List.of("monitor"), List.of()));
    roles.append(role("cluster_but_monitor", List.of(), all()));
    roles.append(role("cluster_only_manage", List.of("manage"), List.of()));
    roles.append(role("cluster_but_manage", List.of("monitor"), all())); // which manage includes
    return roles.toString();
  }

  private static String role(String name, List<String> ofCluster, List<String> ofIndex) {
    String indices =
        ofIndex.isEmpty()
            ? ""
            : "  indices:\n    - names: [\"privileged*\"]\n      privileges: " + ofIndex + "\n";
    return name + ":\n  cluster: " + ofCluster + "\n" + indices;
  }

  @Before
  public void createIndex() throws IOException {
    for (String index : List.of("privileged", "privileged_new", "privileged_clone")) {
      cluster.loader().send("DELETE", "/" + index, null);
    }
    ObjectNode body =
        (ObjectNode)
            Json.parse(
                "{\"settings\": {\"number_of_shards\": 2, \"number_of_replicas\": 0,"
                    + " \"index.matryoshka.dense_vector.dense.prefix_dims\": 4},"
                    + " \"mappings\": {\"properties\": {\"dense\": {\"type\": \"dense_vector\", \"dims\": 8}}}}");
    body.withObject("/mappings/properties/e")
        .put("type", "matryoshka_vector")
        .put("dims", 8)
        .put("prefix_dims", 4);
    cluster.loader().put("/privileged", body);
    BulkBody bulk = new BulkBody();
    for (int id = 0; id < 20; id++) {
      ObjectNode document = Json.object();
      document.set("e", Json.parse(VECTOR));
      document.set("dense", Json.parse(VECTOR));
      bulk.index(String.valueOf(id), document);
    }
    cluster.loader().post("/privileged/_bulk?refresh=true", bulk.bytes());
  }

  private void assertTakes(String only, String but, Request request) throws IOException {
    Response refused = cluster.ask(but, request.method(), request.path(), request.body());
    assertEquals(but + " " + request + refused.body(), 403, refused.status());
    Response answered = cluster.ask(only, request.method(), request.path(), request.body());
    assertTrue(
        only + " " + request + answered.body(), List.of(200, 201).contains(answered.status()));
    assertEquals(answered.body().toString(), 0, answered.body().at("/_shards/failed").asInt());
  }

  @Test
  public void testOfAnIndex() throws IOException {
    for (Request request : OF_AN_INDEX) {
      assertTakes("only_" + request.privilege(), "but_" + request.privilege(), request);
    }
  }

  @Test
  public void testOfTheCluster() throws IOException {
    for (Request request : OF_THE_CLUSTER) {
      String privilege = request.privilege();
      assertTakes("cluster_only_" + privilege, "cluster_but_" + privilege, request);
    }
  }

  @Test
  public void testNewIndex() throws IOException {
    String body =
        "{\"settings\": {\"index.matryoshka.dense_vector.*.prefix_dims\": 4}, \"mappings\": {"
            + MAPPING
            + "}}";
    Request request = new Request("create_index", "PUT", "/privileged_new", body);
    assertTakes("only_create_index", "but_create_index", request);
  }

  @Test
  public void testChangesOfAnIndex() throws IOException {
    String more = "{" + MAPPING.replace("\"e\"", "\"more\"") + "}";
    assertManaged(new Request("manage", "PUT", "/privileged/_mapping", more));
    assertManaged(new Request("manage", "POST", "/privileged/_close", null));
    String off = "{\"index.matryoshka.engine.enabled\": false}";
    assertManaged(new Request("manage", "PUT", "/privileged/_settings", off));
    assertManaged(new Request("manage", "POST", "/privileged/_open", null));
  }

  /** A clone gets another prefix. */
  @Test
  public void testClone() throws IOException {
    cluster.loader().put("/privileged/_block/write", null);
    String settings = "{\"settings\": {\"index.matryoshka.dense_vector.dense.prefix_dims\": 2}}";
    assertManaged(new Request("manage", "PUT", "/privileged/_clone/privileged_clone", settings));
  }

  private void assertManaged(Request request) throws IOException {
    assertTakes("only_manage", "but_manage", request);
  }

  /** What a refusal tells: the action, and what it would take. */
  @Test
  public void testRefusal() throws IOException {
    String path = "/privileged/_matryoshka/evaluate";
    String reason = cluster.ask("but_read", "POST", path, "{\"field\": \"e\"}").reason();
    assertTrue(reason, reason.contains("[indices:data/read/matryoshka/evaluate] is unauthorized"));
    assertTrue(reason, reason.contains("read"));
  }
}
