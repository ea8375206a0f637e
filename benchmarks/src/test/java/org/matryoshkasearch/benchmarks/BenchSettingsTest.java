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
package org.matryoshkasearch.benchmarks;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import java.nio.file.Path;
import java.util.List;
import org.junit.Test;
import org.matryoshkasearch.benchmarks.data.QueryChoice;
import org.matryoshkasearch.cli.UsageException;

public class BenchSettingsTest {

  @Test
  public void testDefaults() throws UsageException {
    BenchSettings settings = BenchSettings.parse(List.of());
    assertEquals(100_000, settings.data().rows());
    assertEquals(1024, settings.data().dims());
    assertEquals(10, settings.k());
    assertEquals(100, settings.filter());
    assertEquals(List.of(128, 256, 512), settings.prefixesOf(1024));
    assertEquals(List.of(256, 384, 768, 1536), settings.prefixesOf(3072));
    assertEquals(1, settings.segments());
    assertEquals(1, settings.threads());
    assertEquals(QueryChoice.heldOut(1000), settings.data().queries());
    assertEquals(List.of("anything"), settings.chosen(List.of("anything")));
  }

  @Test
  public void testChoices() throws UsageException {
    BenchSettings settings =
        BenchSettings.parse(
            List.of("--vectors", "x.npy", "--prefix-dims=64,96", "--only", "jvector,lucene-"));
    assertEquals(0, settings.data().dims());
    assertEquals(List.of(64, 96), settings.prefixesOf(1024));
    List<String> all = List.of("jvector", "lucene-int4", "matryoshka-64-int4");
    assertEquals(List.of("jvector", "lucene-int4"), settings.chosen(all));
    UsageException error =
        assertThrows(UsageException.class, () -> settings.chosen(List.of("lucene-int4", "stock")));
    assertEquals("--only must name some of lucene, stock", error.getMessage());
    assertThrows(UsageException.class, () -> settings.prefixesOf(80));
  }

  @Test
  public void testSegmentsThreadsAndQueries() throws UsageException {
    BenchSettings settings =
        BenchSettings.parse(List.of("--segments=8", "--threads=2", "--query-file=q.f32"));
    assertEquals(8, settings.segments());
    assertEquals(2, settings.threads());
    assertEquals(QueryChoice.of(Path.of("q.f32")), settings.data().queries());
  }

  @Test
  public void testBadUsage() {
    for (List<String> bad :
        List.of(
            List.of("--k", "20"),
            List.of("--filter", "0"),
            List.of("--filter", "101"),
            List.of("--prefix-dims", "many"),
            List.of("--rows", "5"),
            List.of("--segments", "0"),
            List.of("--segments", "101"),
            List.of("--threads", "0"),
            List.of("--queries", "5", "--query-file", "q.f32"),
            List.of("--vectors", "x.npy", "--rows", "1000"))) {
      assertThrows(bad.toString(), UsageException.class, () -> BenchSettings.parse(bad));
    }
  }
}
