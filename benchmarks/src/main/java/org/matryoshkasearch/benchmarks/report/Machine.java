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
package org.matryoshkasearch.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * The machine that was measured.
 *
 * @param processor its model
 * @param cores how many the JVM may use
 * @param memoryGiB of memory, 0 if unknown
 * @param java the JVM
 */
public record Machine(String processor, int cores, long memoryGiB, String java) {

  private static final int KIB_PER_GIB = 1 << 20;

  /** This machine, as far as it can be told. */
  public static Machine here() throws IOException {
    return new Machine(
        value(Path.of("/proc/cpuinfo"), "model name", System.getProperty("os.arch")),
        Runtime.getRuntime().availableProcessors(),
        memory(value(Path.of("/proc/meminfo"), "MemTotal", "0 kB")),
        System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
  }

  /** The name of the jar that a class is in, which tells its version. */
  public static String jarOf(Class<?> type) {
    String jar = type.getProtectionDomain().getCodeSource().getLocation().getPath();
    return jar.substring(jar.lastIndexOf('/') + 1).replace(".jar", "");
  }

  private static long memory(String kilobytes) {
    return Math.round((double) Long.parseLong(kilobytes.replace(" kB", "")) / KIB_PER_GIB);
  }

  private static String value(Path file, String name, String otherwise) throws IOException {
    if (!Files.isReadable(file)) {
      return otherwise;
    }
    return valueOf(Files.readAllLines(file), name, otherwise);
  }

  /** The value of the first line "name : value". */
  static String valueOf(List<String> lines, String name, String otherwise) {
    for (String line : lines) {
      String[] parts = line.split(":", 2);
      if (parts.length == 2 && parts[0].strip().equals(name)) {
        return parts[1].strip();
      }
    }
    return otherwise;
  }

  /** Such as {@code intel-xeon-2-cores}, for names of files. */
  public String slug() {
    String model = processor.replaceAll("\\(.*?\\)|CPU|Processor|@.*", " ");
    return (model + " " + cores + " cores")
        .toLowerCase(Locale.ROOT)
        .replaceAll("[^a-z0-9]+", "-")
        .replaceAll("^-|-$", "");
  }

  /** In one line. */
  public String describe() {
    return String.format(
        Locale.ROOT, "%s, %d cores, %d GiB, %s", processor, cores, memoryGiB, java);
  }
}
