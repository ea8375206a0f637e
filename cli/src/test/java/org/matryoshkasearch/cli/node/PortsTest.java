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

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;
import org.junit.Test;

public class PortsTest {

  /** More than there are, so that it starts again and meets the one that is taken. */
  @Test
  public void testFreePorts() throws Exception {
    int taken = Ports.free();
    Set<Integer> ports = new HashSet<>();
    try (ServerSocket socket = new ServerSocket(taken, 1, InetAddress.getLoopbackAddress())) {
      for (int i = 0; i < 22_000; i++) {
        int port = Ports.free();
        assertTrue(port + " may be a client's", port >= 10_000 && port < 32_000);
        assertTrue(String.valueOf(port), port != socket.getLocalPort());
        ports.add(port);
      }
    }
    for (int port : ports.stream().limit(10).toList()) {
      Ports.checkFree(port);
    }
    assertTrue("others than the last one", ports.size() > 10_000);
    assertEquals(false, ports.contains(taken));
  }
}
