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
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.Test;
import org.matryoshkasearch.cli.UsageException;

public class ShapesSettingsTest {

  @Test
  public void testDefaults() throws UsageException, IOException {
    ShapesSettings settings = ShapesSettings.parse(List.of("--shapes"));
    assertEquals(17, settings.shapes().size());
    assertEquals(List.of(40_000), settings.rows());
    assertEquals(128, settings.dims());
    assertEquals(300, settings.queries());
    assertEquals(1, settings.segments());
  }

  @Test
  public void testChoices() throws UsageException, IOException {
    for (List<String> arguments :
        List.of(
            List.of("--shapes", "gap,copies", "--rows", "4000,9000", "--segments", "3"),
            List.of("--rows=4000,9000", "--segments=3", "--shapes=gap,copies"))) {
      ShapesSettings settings = ShapesSettings.parse(arguments);
      assertTrue(ShapesSettings.wanted(arguments));
      assertEquals(List.of("gap", "copies"), settings.shapes().stream().map(Shape::name).toList());
      assertEquals(List.of(4000, 9000), settings.rows());
      assertEquals(3, settings.segments());
    }
    assertEquals(17, ShapesSettings.parse(List.of("--dims", "64", "--shapes")).shapes().size());
    assertFalse(ShapesSettings.wanted(List.of("--quick")));
  }

  @Test
  public void testBadUsage() {
    for (List<String> bad :
        List.of(
            List.of("--shapes", "--rows", "5"),
            List.of("--shapes", "--rows", "many"),
            List.of("--shapes", "--segments", "0"),
            List.of("--shapes", "--vectors", "x.npy"),
            List.of("--shapes", "--real", "no/such/folder"))) {
      assertThrows(bad.toString(), UsageException.class, () -> ShapesSettings.parse(bad));
    }
    UsageException error =
        assertThrows(
            UsageException.class, () -> ShapesSettings.parse(List.of("--shapes", "gap,wrong")));
    assertTrue(
        error.getMessage(),
        error.getMessage().matches("--shapes must name some of nested, .*; found wrong"));
  }
}
