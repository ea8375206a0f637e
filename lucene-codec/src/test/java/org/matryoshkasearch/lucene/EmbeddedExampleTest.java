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
package org.matryoshkasearch.lucene;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.VectorUtil;
import org.matryoshkasearch.lucene.codec.NestedVectors;

public class EmbeddedExampleTest extends LuceneTestCase {

  public void testReadmeShowsTheExample() throws IOException {
    String readme = Files.readString(Path.of("..", "README.md"));
    int start = readme.indexOf("```java\n") + "```java\n".length();
    String shown = readme.substring(start, readme.indexOf("```", start));
    String example =
        Files.readString(Path.of("src/test/java/org/matryoshkasearch/lucene/EmbeddedExample.java"));
    assertTrue(
        "the first Java block of the README must be a part of EmbeddedExample",
        example.contains(shown.strip().indent(2).stripTrailing().replace("\n  \n", "\n\n")));
  }

  public void testFindsTheNearestTitles() throws IOException {
    Codec before = Codec.getDefault();
    Codec.setDefault(TestUtil.getDefaultCodec()); // what anyone has outside this test framework
    try {
      float[][] vectors = NestedVectors.unit(random(), 301, 512);
      float[] question = vectors[300];
      Map<String, float[]> embeddings = new LinkedHashMap<>();
      for (int i = 0; i < 300; i++) {
        embeddings.put("title " + i, vectors[i]);
      }
      Path folder = createTempDir();
      EmbeddedExample.index(folder, embeddings);
      List<String> found = EmbeddedExample.nearest(folder, question);
      assertEquals(10, found.size());
      List<String> exact =
          embeddings.keySet().stream()
              .sorted(
                  Comparator.comparingDouble(
                      title -> -VectorUtil.cosine(question, embeddings.get(title))))
              .limit(10)
              .toList();
      long common = found.stream().filter(exact::contains).count();
      assertTrue("found " + found + ", nearest are " + exact, common >= 8);
      assertEquals(exact.get(0), found.get(0));
    } finally {
      Codec.setDefault(before);
    }
  }
}
