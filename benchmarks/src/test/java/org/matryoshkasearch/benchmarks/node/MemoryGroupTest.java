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

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** On an ordinary folder, in which the files stand for those of the kernel. */
public class MemoryGroupTest {

  @Rule public final TemporaryFolder temporary = new TemporaryFolder();

  @Test
  public void testVersionOne() throws IOException {
    check(1, "memory.limit_in_bytes", "-1", "memory.usage_in_bytes", "cache 700\nmapped_file 30\n");
  }

  @Test
  public void testVersionTwo() throws IOException {
    check(2, "memory.max", "max", "memory.current", "anon 300\nfile 700\nfile_mapped 30\n");
  }

  private void check(int version, String limit, String none, String usage, String stat)
      throws IOException {
    Path parent = temporary.getRoot().toPath();
    Path folder;
    try (MemoryGroup group = new MemoryGroup(new MemoryController(version, parent))) {
      folder = parent.resolve("matryoshka-bench-" + ProcessHandle.current().pid());
      List<String> command = group.command();
      assertEquals(folder.resolve("cgroup.procs").toString(), command.get(command.size() - 1));
      Files.writeString(folder.resolve(usage), "1000\n");
      Files.writeString(folder.resolve("memory.stat"), stat);
      assertEquals(330, group.needed());
      group.limit(5000);
      assertEquals("5000", Files.readString(folder.resolve(limit)));
      group.lift();
      assertEquals(none, Files.readString(folder.resolve(limit)));
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.toList()) {
          Files.delete(file); // the kernel's need not be
        }
      }
    }
    assertFalse(Files.exists(folder));
  }

  @Test
  public void testMissingValue() {
    assertThrows(IOException.class, () -> MemoryGroup.value(List.of("cached 7"), "cache"));
  }
}
