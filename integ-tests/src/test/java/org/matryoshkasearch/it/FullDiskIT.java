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

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.matryoshkasearch.cli.node.ElasticsearchNode;
import org.matryoshkasearch.cli.node.Json;
import org.matryoshkasearch.cli.node.NodeClient;

/**
 * The disk of a node is filled by vectors of ours, and of a {@code dense_vector} beside them, until
 * writes of both are refused. Each request is answered then. With more space, and after a restart
 * with Lucene's CheckIndex, what was acknowledged is there bit for bit, searches are exact, and no
 * file was left behind.
 *
 * <p>Runs where {@code -Dtests.soak} is given, as root.
 */
public class FullDiskIT {
  private static final int DIMS = 256;
  private static final int SMALL = 24; // MB
  private static final int LARGE = 96;
  private static final int REFUSALS = 5;
  private static final int MOST_TURNS = 2000; // 100,000 documents, more than there is space for
  private static final int MERGE_EVERY = 8;
  private static final String WAIT = "?timeout=1s&master_timeout=1s";

  private static final Pattern NO_SPACE = Pattern.compile("No space left on device");

  /** What is logged besides: Elasticsearch's translog misses a file that it could not make. */
  private static final Pattern EXPECTED =
      Pattern.compile(NO_SPACE + "|\\[o\\.e\\.i\\.t\\.Translog *\\].* failed to delete temp file");

  @Rule public final TemporaryFolder temporary = new TemporaryFolder();

  private NodeClient client;
  private List<DiskFiller> fillers;

  @Test
  public void testFullDisk() throws Exception {
    Soak.assumeAsked();
    Nodes.open(temporary.getRoot().toPath());
    TestSets.Split set = TestSets.generated(4000, DIMS);
    try (SmallDisk disk = SmallDisk.mount(temporary.newFolder().toPath(), SMALL);
        ElasticsearchNode node = Nodes.create("disk", Nodes.current(), settings(disk))) {
      node.start(() -> {});
      client = node.client();
      ObjectNode ours = NodeTestCase.field(DIMS, "cosine").put("prefix_dims", 64);
      ObjectNode dense = Json.object().put("type", "dense_vector").put("dims", DIMS);
      dense.put("similarity", "cosine").putObject("index_options").put("type", "hnsw");
      fillers =
          List.of(
              new DiskFiller(client, "ours", ours, set),
              new DiskFiller(client, "dense", dense, set));
      fill();
      askForEverything();
      assertTrue("the disk was not what failed", NO_SPACE.matcher(node.log()).find());

      disk.grow(LARGE);
      recover();
      assertEquals("bytes of deleted files", 0, disk.bytesWithoutName());
      checkAll("with more space", disk);
      node.stop();
      node.start(() -> {});
      recover();
      checkAll("restarted", disk);
      NodeTestCase.assertCleanLog(node.log(), EXPECTED);
      long failures = node.log().lines().filter(line -> line.contains("failed engine [")).count();
      System.out.println("FullDiskIT: " + failures + " engines failed; " + fillers);
    }
  }

  private static Map<String, String> settings(SmallDisk disk) {
    return Map.of(
        "path.data",
        disk.folder().toString(),
        "indices.merge.disk.check_interval", // 0: merges do not wait for space before there is none
        "0",
        "monitor.fs.health.refresh_interval", // a disk with space again is noticed soon
        "2s");
  }

  /** Fills the disk until each index has refused all writes for a while. */
  private void fill() throws IOException {
    for (int turn = 0; fillers.stream().anyMatch(one -> one.refusals() < REFUSALS); turn++) {
      assertTrue("the disk is never full", turn < MOST_TURNS);
      for (DiskFiller filler : fillers) {
        filler.write();
        if (turn % MERGE_EVERY == 0) {
          filler.ask("POST", "/_forcemerge?max_num_segments=1", null);
        }
      }
    }
  }

  /**
   * All but {@code _refresh} and {@code _flush}, which wait a minute for a shard that is closed.
   */
  private void askForEverything() throws IOException {
    for (DiskFiller filler : fillers) {
      for (String path : List.of("/_count", "/_doc/0", "/_stats", "/_segments")) {
        filler.ask("GET", path, null);
      }
      filler.ask("POST", "/_forcemerge?max_num_segments=1", null);
      filler.ask("POST", "/_search", filler.search(true));
      filler.ask("POST", "/_search", filler.search(false));
      ObjectNode evaluate = Json.object().put("field", TestIndex.FIELD).put("sample", 10);
      filler.ask("POST", "/_matryoshka/evaluate", evaluate);
      ObjectNode more = Json.object();
      more.putObject("properties").putObject("more").put("type", "keyword");
      filler.ask("PUT", "/_mapping" + WAIT, more);
      filler.ask("PUT", "_more" + WAIT, null);
      filler.ask("GET", "/_settings?master_timeout=1s", null);
    }
  }

  /** Has every shard tried again, and makes each one segment. */
  private void recover() throws IOException, InterruptedException {
    String path = "/_cluster/reroute?retry_failed=true&master_timeout=60s";
    client.post(path, (JsonNode) null);
    for (DiskFiller filler : fillers) {
      filler.recover();
    }
  }

  private void checkAll(String what, SmallDisk disk) throws IOException {
    for (DiskFiller filler : fillers) {
      filler.check(what);
      filler.assertNoStrangeFiles(disk.files());
    }
  }
}
