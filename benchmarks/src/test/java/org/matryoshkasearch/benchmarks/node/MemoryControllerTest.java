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
import static org.junit.Assert.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.Test;

public class MemoryControllerTest {

  private static final String UNIFIED_MOUNT =
      "36 35 0:31 / /sys/fs/cgroup/unified rw,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate";

  @Test
  public void testVersionOne() throws IOException {
    List<String> groups = List.of("9:name=systemd:/", "4:cpu,memory:/some/group", "0::/");
    List<String> mounts =
        List.of(
            "30 25 0:26 / / rw - ext4 /dev/vda rw",
            "33 35 0:28 / /sys/fs/cgroup/pids rw,relatime shared:7 - cgroup cgroup rw,pids",
            "34 35 0:29 / /sys/fs/cgroup/memory rw,relatime shared:8 - cgroup cgroup rw,cpu,memory",
            UNIFIED_MOUNT);
    assertEquals(
        new MemoryController(1, Path.of("/sys/fs/cgroup/memory/some/group")),
        MemoryController.find(groups, mounts));
  }

  @Test
  public void testVersionOneInAContainer() throws IOException {
    List<String> mounts =
        List.of("34 35 0:29 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory");
    assertEquals(
        new MemoryController(1, Path.of("/sys/fs/cgroup/memory/below")),
        MemoryController.find(List.of("4:memory:/docker/abc/below"), mounts));
    assertEquals(
        new MemoryController(1, Path.of("/sys/fs/cgroup/memory")),
        MemoryController.find(List.of("4:memory:/elsewhere"), mounts));
  }

  @Test
  public void testVersionTwoGoesBesideTheOwnGroup() throws IOException {
    List<String> mounts = List.of("36 35 0:31 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw");
    assertEquals(
        new MemoryController(2, Path.of("/sys/fs/cgroup/user.slice")),
        MemoryController.find(List.of("0::/user.slice/session-1.scope"), mounts));
    assertEquals(
        new MemoryController(2, Path.of("/sys/fs/cgroup")),
        MemoryController.find(List.of("0::/"), mounts));
  }

  @Test
  public void testNone() {
    assertThrows(
        IOException.class,
        () -> MemoryController.find(List.of("5:pids:/"), List.of(UNIFIED_MOUNT)));
    assertThrows(IOException.class, () -> MemoryController.find(List.of("4:memory:/"), List.of()));
  }
}
