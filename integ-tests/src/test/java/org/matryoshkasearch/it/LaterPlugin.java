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

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.matryoshkasearch.cli.Artifacts;

/**
 * The plugin as a later release may be: its wire and its files have versions of their own that the
 * present one does not know, and it reads those of the present one. Made of the plugin's zip, and
 * of two classes that are compiled once more from sources with other versions.
 */
final class LaterPlugin {
  /** The version of its wire. */
  static final int WIRE = 2;

  /** The version of its files of codes. */
  static final int FORMAT = 2;

  private static final String WIRE_SOURCE =
      "plugin/src/main/java/org/matryoshkasearch/elasticsearch/query/WireFormat.java";
  private static final String FORMAT_SOURCE =
      "lucene-codec/src/main/java/org/matryoshkasearch/lucene/codec/FieldsOutput.java";
  private static final String CURRENT = "VERSION_CURRENT = VERSION_START;";

  private LaterPlugin() {}

  /**
   * Makes its zip in an empty folder.
   *
   * @param present the build that it follows
   */
  static Artifacts make(Artifacts present, Path folder) throws IOException {
    Path libraries = Files.createDirectory(folder.resolve("libraries"));
    unzipJars(present.distribution(), libraries, "/lib/");
    unzipJars(present.plugin(), libraries, "");
    Path classes = Files.createDirectory(folder.resolve("classes"));
    compile(
        List.of(
            source(folder, WIRE_SOURCE, "VERSION_CURRENT = " + WIRE + ";"),
            source(folder, FORMAT_SOURCE, "VERSION_CURRENT = " + FORMAT + ";")),
        libraries,
        classes);
    Path zip = folder.resolve(present.plugin().getFileName());
    Files.copy(present.plugin(), zip);
    try (FileSystem files = FileSystems.newFileSystem(zip)) {
      Path descriptor = files.getPath("plugin-descriptor.properties");
      String text = Files.readString(descriptor);
      Files.writeString(descriptor, text.replaceFirst("(?m)^version=.*$", "version=later"));
      for (Path jar : jars(files.getPath("/"))) {
        Path copy = folder.resolve(jar.getFileName().toString());
        Files.copy(jar, copy);
        replaceClasses(copy, classes);
        Files.copy(copy, jar, StandardCopyOption.REPLACE_EXISTING);
      }
    }
    return new Artifacts(present.distribution(), zip);
  }

  private static Path source(Path folder, String source, String current) throws IOException {
    String text = Files.readString(TestSets.CHECKOUT.resolve(source));
    assertTrue(source, text.contains(CURRENT));
    Path file = folder.resolve(Path.of(source).getFileName().toString());
    return Files.writeString(file, text.replace(CURRENT, current));
  }

  private static void compile(List<Path> sources, Path libraries, Path classes) throws IOException {
    List<String> arguments = new ArrayList<>();
    String classPath = String.join(":", jars(libraries).stream().map(Path::toString).toList());
    arguments.addAll(
        List.of("--release", "21", "-proc:none", "-cp", classPath, "-d", classes.toString()));
    sources.forEach(source -> arguments.add(source.toString()));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    assertEquals(0, compiler.run(null, null, null, arguments.toArray(String[]::new)));
  }

  private static List<Path> jars(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".jar")).toList();
    }
  }

  private static void unzipJars(Path zip, Path to, String within) throws IOException {
    try (ZipFile file = new ZipFile(zip.toFile())) {
      for (ZipEntry entry : file.stream().toList()) {
        String name = entry.getName();
        if (name.contains(within) && name.endsWith(".jar") && name.contains("x-pack") == false) {
          try (InputStream in = file.getInputStream(entry)) {
            Path jar = to.resolve(Path.of(name).getFileName().toString());
            Files.copy(in, jar, StandardCopyOption.REPLACE_EXISTING);
          }
        }
      }
    }
  }

  /** Those of the compiled classes that a jar has. */
  private static void replaceClasses(Path jar, Path classes) throws IOException {
    URI address = URI.create("jar:" + jar.toUri());
    try (FileSystem files = FileSystems.newFileSystem(address, Map.of());
        Stream<Path> compiled = Files.walk(classes)) {
      for (Path file : compiled.filter(Files::isRegularFile).toList()) {
        Path there = files.getPath(classes.relativize(file).toString());
        if (Files.exists(there)) {
          Files.copy(file, there, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }
}
