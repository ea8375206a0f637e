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

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * An HTTPS proxy that answers in place of whatever host is asked for, with files by the ends of
 * their paths. It reaches no network: a program that trusts {@link #trustStore} takes it for that
 * host.
 */
final class CentralProxy implements AutoCloseable {

  private static final String PASSWORD = "changeit";

  private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final Map<String, byte[]> files;
  private final Set<String> requests = new ConcurrentSkipListSet<>();
  private final Set<String> hosts = ConcurrentHashMap.newKeySet();
  private volatile SSLContext identity;

  /** Serves files until it is closed; at first as no host at all, so that all requests fail. */
  CentralProxy(Map<String, byte[]> files) throws IOException {
    this.files = files;
    Thread accept = new Thread(this::accept, "central-proxy");
    accept.setDaemon(true);
    accept.start();
  }

  int port() {
    return server.getLocalPort();
  }

  /** The hosts that were asked for. */
  Set<String> hosts() {
    return hosts;
  }

  /** Methods and paths of what was asked for. */
  Set<String> requests() {
    return requests;
  }

  /**
   * From now on, answers as a host.
   *
   * @return the key store, of password {@code changeit}, that a client must trust
   */
  Path trustStore(String host, Path folder) throws IOException, InterruptedException {
    Path store = folder.resolve("host.p12");
    Process keytool =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-genkeypair",
                    "-alias",
                    "host",
                    "-keyalg",
                    "EC",
                    "-dname",
                    "CN=" + host,
                    "-ext",
                    "san=dns:" + host,
                    "-storetype",
                    "PKCS12",
                    "-keystore",
                    store.toString(),
                    "-storepass",
                    PASSWORD))
            .redirectErrorStream(true)
            .start();
    String output =
        new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (keytool.waitFor() != 0) {
      throw new IOException("keytool: " + output);
    }
    try (InputStream in = Files.newInputStream(store)) {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(in, PASSWORD.toCharArray());
      KeyManagerFactory managers =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      managers.init(keys, PASSWORD.toCharArray());
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(managers.getKeyManagers(), null, null);
      identity = context;
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
    return store;
  }

  private void accept() {
    while (!server.isClosed()) {
      try (Socket socket = server.accept()) {
        answer(socket);
      } catch (IOException e) {
        if (!server.isClosed()) {
          requests.add("FAILED " + e);
        }
      }
    }
  }

  private void answer(Socket socket) throws IOException {
    String connect = head(socket.getInputStream());
    hosts.add(connect.split(" ", -1)[1].replaceFirst(":.*", ""));
    SSLContext context = identity;
    if (context == null) {
      write(socket.getOutputStream(), "503 Not yet", new byte[0], false);
      return;
    }
    socket
        .getOutputStream()
        .write("HTTP/1.1 200 Connected\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    try (SSLSocket tunnel =
        (SSLSocket)
            context.getSocketFactory().createSocket(socket, InputStream.nullInputStream(), true)) {
      String[] request = head(tunnel.getInputStream()).split(" ", -1);
      requests.add(request[0] + " " + request[1]);
      byte[] body =
          files.entrySet().stream()
              .filter(file -> request[1].endsWith(file.getKey()))
              .map(Map.Entry::getValue)
              .findFirst()
              .orElse(null);
      boolean withBody = request[0].equals("GET");
      if (body == null) {
        write(tunnel.getOutputStream(), "404 Not Found", new byte[0], withBody);
      } else {
        write(tunnel.getOutputStream(), "200 OK", body, withBody);
      }
    }
  }

  /** The first line of a request, of which all lines are read. */
  private static String head(InputStream in) throws IOException {
    StringBuilder all = new StringBuilder();
    while (all.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("cut after [" + all + "]");
      }
      all.append((char) next);
    }
    return all.substring(0, all.indexOf("\r\n"));
  }

  private static void write(OutputStream out, String status, byte[] body, boolean withBody)
      throws IOException {
    String head =
        "HTTP/1.1 "
            + status
            + "\r\nContent-Length: "
            + body.length
            + "\r\nConnection: close\r\n\r\n";
    out.write(head.getBytes(StandardCharsets.US_ASCII));
    if (withBody) {
      out.write(body);
    }
    out.flush();
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
