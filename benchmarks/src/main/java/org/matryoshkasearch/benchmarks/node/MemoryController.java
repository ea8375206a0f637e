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

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where Linux lets this process make a group whose memory is limited.
 *
 * @param version of control groups: 1 or 2
 * @param parent the folder for the group
 */
record MemoryController(int version, Path parent) {

  private static final String MEMORY = "memory";

  /** A line of {@code /proc/self/cgroup}: an id, controllers and the path of the group. */
  private static final Pattern GROUP = Pattern.compile("\\d+:([^:]*):(/.*)");

  /**
   * A line of {@code /proc/self/mountinfo}: two ids, a device, what is mounted, where, options, the
   * type, the source, and the options of what is mounted.
   */
  private static final Pattern MOUNT =
      Pattern.compile("\\S+ \\S+ \\S+ (\\S+) (\\S+) .* - (cgroup2?) \\S+ (\\S+)");

  /**
   * Finds it.
   *
   * @throws IOException that says why there is none
   */
  static MemoryController find() throws IOException {
    Path self = Path.of("/proc/self");
    if (Files.notExists(self.resolve("cgroup"))) {
      throw new IOException("this system has no control groups");
    }
    MemoryController found =
        find(
            Files.readAllLines(self.resolve("cgroup")),
            Files.readAllLines(self.resolve("mountinfo")));
    found.check();
    return found;
  }

  /** Finds it by the contents of {@code cgroup} and {@code mountinfo}. */
  static MemoryController find(List<String> groups, List<String> mounts) throws IOException {
    String unified = null;
    for (String line : groups) {
      Matcher group = GROUP.matcher(line);
      if (group.matches() && List.of(group.group(1).split(",")).contains(MEMORY)) {
        // limits of the group that this process is in go on to hold below it
        return new MemoryController(1, folder("cgroup", group.group(2), mounts));
      }
      if (group.matches() && group.group(1).isEmpty()) {
        unified = group.group(2);
      }
    }
    if (unified == null) {
      throw new IOException("this system has no control groups for memory");
    }
    Path own = folder("cgroup2", unified, mounts);
    // a group with processes may have no groups with limits below it: the new one goes beside it
    return new MemoryController(2, unified.equals("/") ? own : own.getParent());
  }

  /** The folder of a group. */
  private static Path folder(String type, String group, List<String> mounts) throws IOException {
    for (String line : mounts) {
      Matcher mount = MOUNT.matcher(line);
      if (mount.matches()
          && mount.group(3).equals(type)
          && (type.equals("cgroup2") || List.of(mount.group(4).split(",")).contains(MEMORY))) {
        String root = mount.group(1).equals("/") ? "" : mount.group(1);
        String below = group.startsWith(root) ? group.substring(root.length()) : "/";
        return Path.of(mount.group(2) + below);
      }
    }
    throw new IOException("control groups are not mounted");
  }

  private void check() throws IOException {
    if (!Files.isWritable(parent)) {
      throw new IOException("this user may not make groups in " + parent);
    }
    if (version == 2) {
      List<String> handedOn =
          List.of(Files.readString(parent.resolve("cgroup.subtree_control")).strip().split(" "));
      if (!handedOn.contains(MEMORY)) {
        throw new IOException(parent + " does not hand on the memory controller");
      }
    }
  }
}
