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
package org.matryoshkasearch.elasticsearch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.elasticsearch.common.Strings;
import org.elasticsearch.common.settings.Setting;
import org.elasticsearch.common.xcontent.XContentHelper;
import org.elasticsearch.index.mapper.MapperServiceTestCase;
import org.elasticsearch.index.query.AbstractQueryBuilder;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.xcontent.ToXContent;
import org.elasticsearch.xcontent.json.JsonXContent;
import org.matryoshkasearch.elasticsearch.mapper.MatryoshkaVectorFieldMapper;

/** {@code docs/reference.md} has each parameter and setting that there is, and no other. */
public class ReferenceTests extends MapperServiceTestCase {
  private static final Path REFERENCE = Path.of("..", "docs", "reference.md");
  private static final Path SOURCES =
      Path.of("src", "main", "java", "org", "matryoshkasearch", "elasticsearch");

  /** A row of a table that begins with a name. */
  private static final Pattern ROW = Pattern.compile("^\\| `([^`]+)` \\|", Pattern.MULTILINE);

  /** How the parameters of a query are declared. */
  private static final Pattern PARSE_FIELD = Pattern.compile("new ParseField\\(\"(\\w+)\"");

  @Override
  protected Collection<? extends Plugin> getPlugins() {
    return List.of(new MatryoshkaPlugin());
  }

  public void testMapping() throws IOException {
    MatryoshkaVectorFieldMapper mapper =
        (MatryoshkaVectorFieldMapper)
            createMapperService(
                    fieldMapping(b -> b.field("type", "matryoshka_vector").field("dims", 4)))
                .documentMapper()
                .mappers()
                .getMapper("field");
    ToXContent.Params all = new ToXContent.MapParams(Map.of("include_defaults", "true"));
    String json = Strings.toString(mapper, all);
    Set<String> names = new TreeSet<>();
    Map<String, Object> field = XContentHelper.convertToMap(JsonXContent.jsonXContent, json, false);
    addLeaves("", (Map<?, ?>) field.get("field"), names);
    assertEquals(names, documented("## Field type"));
  }

  private static void addLeaves(String path, Map<?, ?> object, Set<String> names) {
    object.forEach(
        (name, value) -> {
          if (value instanceof Map<?, ?> inner && inner.isEmpty() == false) {
            addLeaves(path + name + ".", inner, names);
          } else {
            names.add(path + name);
          }
        });
  }

  public void testQuery() throws IOException {
    Set<String> names = new TreeSet<>();
    try (Stream<Path> sources = Files.list(SOURCES.resolve("query"))) {
      for (Path source : sources.toList()) {
        names.addAll(find(PARSE_FIELD, Files.readString(source)));
      }
    }
    names.addAll(find(PARSE_FIELD, Files.readString(SOURCES.resolve("mapper/RescoreVector.java"))));
    names.add(AbstractQueryBuilder.BOOST_FIELD.getPreferredName());
    names.add(AbstractQueryBuilder.NAME_FIELD.getPreferredName());
    Set<String> documented =
        documented("## Query").stream()
            .flatMap(name -> Stream.of(name.split("\\.")))
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(names, documented);
  }

  public void testSettings() throws IOException {
    Set<String> documented = documented("## Index settings");
    documented.removeIf(name -> name.contains("matryoshka.") == false);
    try (MatryoshkaPlugin plugin = new MatryoshkaPlugin()) {
      List<Setting<?>> settings = plugin.getSettings();
      for (Setting<?> setting : settings) {
        assertTrue(setting.getKey(), documented.stream().anyMatch(setting::match));
      }
      for (String name : documented) {
        assertTrue(name, settings.stream().anyMatch(setting -> setting.match(name)));
      }
    }
  }

  /** The names in the table that a section begins with. */
  private static Set<String> documented(String heading) throws IOException {
    String reference = Files.readString(REFERENCE);
    int start = reference.indexOf("\n" + heading);
    assertTrue(heading, start >= 0);
    int end = reference.indexOf("\n## ", start + 1);
    return find(ROW, reference.substring(start, end).split("\n### ", 2)[0]);
  }

  private static Set<String> find(Pattern pattern, String text) {
    return pattern
        .matcher(text)
        .results()
        .map(result -> result.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
