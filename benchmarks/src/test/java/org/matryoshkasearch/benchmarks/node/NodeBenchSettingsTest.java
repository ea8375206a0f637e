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
package org.matryoshkasearch.benchmarks.node;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.util.List;
import org.junit.Test;
import org.matryoshkasearch.cli.UsageException;

public class NodeBenchSettingsTest {

  @Test
  public void testDefaults() throws UsageException {
    NodeBenchSettings settings = NodeBenchSettings.parse(List.of("--node"));
    assertEquals(100_000, settings.data().rows());
    assertEquals(List.of(1, 4), settings.clients());
    assertEquals("2g", settings.heap());
    assertEquals(0, settings.memoryLimitBytes());
    assertTrue(settings.wants("anything"));
    assertFalse(settings.asLoaded());
  }

  @Test
  public void testChoices() throws UsageException {
    NodeBenchSettings settings =
        NodeBenchSettings.parse(
            List.of("--node", "--clients", "8,1,8", "--memory-limit=3G", "--only", "matryoshka-"));
    assertEquals(List.of(1, 8), settings.clients());
    assertEquals(3L << 30, settings.memoryLimitBytes());
    assertFalse(settings.wants("dense-hnsw"));
    settings = NodeBenchSettings.parse(List.of("--node", "--as-loaded", "--memory-limit", "700m"));
    assertTrue(settings.asLoaded());
    assertEquals(700L << 20, settings.memoryLimitBytes());
  }

  @Test
  public void testBadUsage() {
    for (List<String> bad :
        List.of(
            List.of("--clients", "0"),
            List.of("--clients", "many"),
            List.of("--memory-limit", "much"),
            List.of("--heap", "2"),
            List.of("--vectors", "x.npy", "--rows", "1000"))) {
      assertThrows(bad.toString(), UsageException.class, () -> NodeBenchSettings.parse(bad));
    }
  }
}
