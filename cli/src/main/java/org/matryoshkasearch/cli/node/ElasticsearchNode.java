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
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A real Elasticsearch node in a temporary folder of its own, on the loopback address, without
 * security unless its settings ask for it. It ends when it is closed, and when this JVM ends for
 * whatever reason.
 */
public final class ElasticsearchNode implements AutoCloseable {

  private static final Duration START_LIMIT = Duration.ofMinutes(3);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofMillis(200);

  private static final int MOST_SAID = 80;

  /** What a log says where a node failed, the most telling first. */
  private static final List<String> SIGNS_OF_FAILURE =
      List.of("insufficient memory", "[ERROR]", "[FATAL]", "Exception");

  /**
   * Runs a command as long as its standard input is open, then sends it SIGTERM. A pipe that this
   * JVM holds ends with the JVM, even if that was killed, so no node outlives it.
   */
  private static final List<String> WHILE_STDIN_IS_OPEN =
      List.of(
          "sh",
          "-c",
          """
          exec 3<&0
          "$@" </dev/null 3<&- & node=$!
          { cat; kill "$node"; } <&3 >/dev/null 2>&1 & watch=$!
          exec 3<&-
          wait "$node"
          status=$?
          kill "$watch" 2>/dev/null
          exit "$status"
          """,
          "sh");

  private final NodeSettings settings;
  private final Installation installation;
  private final NodeClient client;
  private final Thread closeAtExit = new Thread(this::closeQuietly, "stop-node");
  private volatile Process process;
  private volatile boolean stopped = true;

  /**
   * Sets up a node that is not started yet: unzips the distribution and has its own {@code
   * elasticsearch-plugin} install the plugin.
   *
   * @throws NodeException if the port is taken, or the installation fails
   */
  public ElasticsearchNode(NodeSettings settings) throws IOException {
    this(settings, new NodeClient(URI.create("http://127.0.0.1:" + settings.httpPort())));
  }

  /**
   * The same for a node with TLS, or one that wants to know who asks.
   *
   * @param client of this node; its user may see the health of the cluster
   */
  public ElasticsearchNode(NodeSettings settings, NodeClient client) throws IOException {
    Ports.checkFree(settings.httpPort());
    this.settings = settings;
    this.client = client;
    this.installation = new Installation(settings);
    Runtime.getRuntime().addShutdownHook(closeAtExit);
    try {
      install();
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Holds the lock, so that what is deleted at exit is not still growing. */
  private synchronized void install() throws IOException {
    installation.install();
  }

  /**
   * Starts the node and waits until it answers; the data of an earlier start is still there.
   *
   * @param tick called a few times a second while waiting
   * @throws NodeException if the node stops, or does not answer within three minutes
   */
  public void start(Runnable tick) throws IOException {
    start(List.of(), tick);
  }

  /**
   * Starts the node through a command that is run as this process's user, such as {@code nice}, and
   * waits until it answers; see {@link #start(Runnable)}.
   *
   * @param through the command, which must end by running what follows it; empty for none
   */
  public void start(List<String> through, Runnable tick) throws IOException {
    launch(through);
    awaitReady(tick);
  }

  /** Starts the node without waiting for it, for nodes that wait for each other. */
  public void launch() throws IOException {
    launch(List.of());
  }

  private void launch(List<String> through) throws IOException {
    Ports.checkFree(settings.httpPort());
    ProcessBuilder builder = installation.command(through, WHILE_STDIN_IS_OPEN);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(console().toFile()));
    synchronized (this) {
      process = builder.start();
      stopped = false;
    }
  }

  /** Waits until a launched node answers; see {@link #start(Runnable)}. */
  public void awaitReady(Runnable tick) throws IOException {
    long deadline = System.nanoTime() + START_LIMIT.toNanos();
    while (!answers()) {
      if (stopped) {
        throw new NodeException("the node was stopped while it started");
      }
      if (!process.isAlive()) {
        throw failed("the node stopped while it started");
      }
      if (System.nanoTime() > deadline) {
        throw failed("the node did not answer within " + START_LIMIT.toSeconds() + " s");
      }
      tick.run();
      pause();
    }
  }

  private boolean answers() throws IOException {
    try {
      String path = "/_cluster/health?wait_for_status=yellow&timeout=1s";
      return client.send("GET", path, null).status() == 200;
    } catch (InterruptedIOException e) {
      throw e;
    } catch (IOException e) {
      return false; // nothing listens yet
    }
  }

  private NodeException failed(String what) throws IOException {
    List<String> lines = log().lines().map(String::strip).toList();
    String reason =
        SIGNS_OF_FAILURE.stream()
            .flatMap(sign -> lines.stream().filter(line -> line.contains(sign)))
            .findFirst()
            .map(line -> " (" + said(line) + ")")
            .orElse("");
    Path kept = Files.createTempFile("matryoshka-" + settings.name() + "-", ".log");
    Files.copy(console(), kept, StandardCopyOption.REPLACE_EXISTING);
    return new NodeException(what + reason + "; its log: " + kept);
  }

  /** What a line of the log says, without when, where and in what class, and not all of it. */
  private static String said(String line) {
    String said =
        line.replaceAll("^(\\[[^]]*] *)+", "").replaceAll("\\b([a-z_0-9]+\\.)+[A-Z]\\w*: ", "");
    return said.length() <= MOST_SAID ? said : said.substring(0, MOST_SAID) + "...";
  }

  /** Waits until the node ends by itself. */
  public void awaitEnd() throws IOException {
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  /** Talks to the node. */
  public NodeClient client() {
    return client;
  }

  /** What the node has logged since it was set up. */
  public String log() throws IOException {
    return Files.readString(console(), StandardCharsets.UTF_8);
  }

  private Path console() {
    return installation.logs().resolve("console.log");
  }

  /**
   * Stops the node: asks it to, and after 30 seconds kills it with all its processes. The data
   * stays. Does nothing if the node does not run.
   */
  public synchronized void stop() throws IOException {
    if (stopped) {
      return;
    }
    stopped = true;
    ProcessTree tree = new ProcessTree(process);
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      // the node has ended by itself, and the pipe with it
    }
    long deadline = System.nanoTime() + STOP_LIMIT.toNanos();
    while (!tree.ended() && System.nanoTime() < deadline) {
      pause();
    }
    tree.kill();
  }

  /**
   * Ends the node with all its processes at once, by SIGKILL; the data stays. Does nothing if the
   * node does not run.
   */
  public synchronized void kill() throws IOException {
    if (stopped) {
      return;
    }
    stopped = true;
    ProcessTree tree = new ProcessTree(process);
    tree.kill();
    while (!tree.ended()) {
      pause();
      tree.kill(); // what was started meanwhile
    }
  }

  private static void pause() throws IOException {
    try {
      TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private static InterruptedIOException interrupted() {
    Thread.currentThread().interrupt();
    return new InterruptedIOException("interrupted while waiting for a node");
  }

  /** Stops the node and deletes its folder. */
  @Override
  public void close() throws IOException {
    closeOnce();
    try {
      Runtime.getRuntime().removeShutdownHook(closeAtExit);
    } catch (IllegalStateException e) {
      // this JVM is ending already, and the hook with it
    }
  }

  private synchronized void closeOnce() throws IOException {
    stop();
    installation.delete();
  }

  private void closeQuietly() {
    try {
      closeOnce();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String toString() {
    return settings.name();
  }
}
