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

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.matryoshkasearch.cli.UsageException;

/** Shapes by their names. */
final class ShapeChoice {
  /** The name of all. */
  static final String ALL = "all";

  private ShapeChoice() {}

  /**
   * Finds shapes.
   *
   * @param option that names them
   * @param names of shapes, or {@link #ALL}
   * @param real a folder of real sets, or null
   */
  static List<Shape> of(String option, List<String> names, Path real)
      throws UsageException, IOException {
    if (real != null && !Files.isDirectory(real)) {
      throw new UsageException("--real must be a folder, found " + real);
    }
    List<Shape> all =
        Stream.of(
                NestedShapes.all(),
                ClusterShapes.all(),
                real == null ? List.<Shape>of() : RealSets.in(real))
            .flatMap(List::stream)
            .toList();
    if (names.equals(List.of(ALL))) {
      return all;
    }
    List<String> known = all.stream().map(Shape::name).toList();
    for (String name : names) {
      if (!known.contains(name)) {
        throw new UsageException(
            option
                + " must name some of "
                + String.join(", ", known)
                + (real == null ? " (more with --real DIR)" : "")
                + "; found "
                + name);
      }
    }
    return all.stream().filter(shape -> names.contains(shape.name())).toList();
  }
}
