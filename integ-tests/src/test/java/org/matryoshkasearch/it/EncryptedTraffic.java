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
import static org.junit.Assert.assertThrows;
import static org.matryoshkasearch.it.SecureCluster.VECTOR;
import static org.matryoshkasearch.it.SecureCluster.format;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.Test;
import org.matryoshkasearch.cli.node.Json;
import org.matryoshkasearch.cli.node.NodeClient;

/** TLS to clients and between nodes: the command line's client loads and searches through both. */
public class EncryptedTraffic {
  private final SecureCluster cluster = SecureCluster.current();

  @Test
  public void testSearch() throws IOException {
    String query =
        format(
            "{\"query\": {\"matryoshka_knn\": {\"field\": \"truncated\", \"k\": 7, \"query_vector\": %s}}}",
            VECTOR);
    for (NodeClient client : new NodeClient[] {cluster.loader(), cluster.loaderOfSecond()}) {
      assertEquals("https", client.address().getScheme());
      JsonNode answer = client.post("/test/_search", Json.parse(query));
      assertEquals(7, answer.at("/hits/total/value").asInt());
    }
  }

  @Test
  public void testNothingElseIsAnswered() {
    URI address = cluster.loader().address();
    NodeClient plain = new NodeClient(URI.create(address.toString().replace("https", "http")));
    assertThrows(IOException.class, () -> plain.as("loader", "loader").get("/_cluster/health"));
    NodeClient distrustful = new NodeClient(address);
    assertThrows(SSLException.class, () -> distrustful.get("/_cluster/health"));
  }

  /** The port between nodes shows the certificate that was made for these. */
  @Test
  public void testBetweenNodes() throws Exception {
    JsonNode nodes = cluster.loader().get("/_nodes/transport").path("nodes");
    assertEquals(2, nodes.size());
    for (JsonNode node : nodes) {
      URI address = URI.create("tls://" + node.at("/transport/publish_address").asText());
      try (SSLSocket socket =
          (SSLSocket) cluster.certificate().trusted().getSocketFactory().createSocket()) {
        socket.connect(new InetSocketAddress(address.getHost(), address.getPort()), 10_000);
        socket.startHandshake();
        X509Certificate shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
        assertEquals("CN=node", shown.getSubjectX500Principal().getName());
      }
    }
  }
}
