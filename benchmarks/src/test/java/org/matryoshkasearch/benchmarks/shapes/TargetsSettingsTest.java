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
package org.matryoshkasearch.benchmarks.shapes;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.Test;
import org.matryoshkasearch.cli.UsageException;

public class TargetsSettingsTest {
  @Test
  public void testChoices() throws UsageException, IOException {
    TargetsSettings usual = TargetsSettings.parse(List.of("--targets"));
    assertEquals(
        List.of("nested", "gap", "skewed_lengths", "l2"),
        usual.shapes().stream().map(Shape::name).toList());
    assertEquals(100_000, usual.rows());
    TargetsSettings chosen =
        TargetsSettings.parse(List.of("--targets", "--only", "nested", "--dims", "64"));
    assertEquals(List.of("nested"), chosen.shapes().stream().map(Shape::name).toList());
    assertEquals(64, chosen.dims());
  }

  @Test
  public void testBadUsage() {
    for (List<String> bad :
        List.of(
            List.of("--targets", "--rows", "5"),
            List.of("--targets", "--segments", "3"),
            List.of("--targets", "--real", "no/such/folder"))) {
      assertThrows(bad.toString(), UsageException.class, () -> TargetsSettings.parse(bad));
    }
    UsageException error =
        assertThrows(
            UsageException.class,
            () -> TargetsSettings.parse(List.of("--targets", "--only", "wrong")));
    assertTrue(
        error.getMessage(),
        error.getMessage().matches("--only must name some of nested, .*; found wrong"));
  }
}
