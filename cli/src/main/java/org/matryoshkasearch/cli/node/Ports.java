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

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;

/** Ports of the loopback address. */
public final class Ports {
  // below those that systems give to clients: any could take one while its node restarts
  private static final int LEAST = 10_000;
  private static final int COUNT = 22_000;

  /** Counts up, so that none is given twice, from where hardly another process does. */
  private static final AtomicInteger NEXT =
      new AtomicInteger(Math.floorMod(100 * ProcessHandle.current().pid(), COUNT));

  private Ports() {}

  /** A port that nothing listens on now, and that was not given before. */
  public static int free() throws IOException {
    for (int i = 0; i < COUNT; i++) {
      int port = LEAST + Math.floorMod(NEXT.getAndIncrement(), COUNT);
      if (isFree(port)) {
        return port;
      }
    }
    throw new NodeException("no port of 127.0.0.1 is free");
  }

  private static boolean isFree(int port) throws IOException {
    try {
      bind(port).close();
      return true;
    } catch (BindException e) {
      return false;
    }
  }

  /**
   * Makes sure that a node can listen on a port.
   *
   * @throws NodeException if something else does already
   */
  public static void checkFree(int port) throws NodeException {
    try {
      bind(port).close();
    } catch (IOException e) {
      throw new NodeException(
          "port " + port + " of 127.0.0.1 is not free (" + e.getMessage() + ")");
    }
  }

  private static ServerSocket bind(int port) throws IOException {
    return new ServerSocket(port, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
  }
}
