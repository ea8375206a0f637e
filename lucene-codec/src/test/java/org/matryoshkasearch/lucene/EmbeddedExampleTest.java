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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.Directory;
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

  public void testFindsTheNearest() throws IOException {
    Codec before = Codec.getDefault();
    Codec.setDefault(TestUtil.getDefaultCodec()); // what anyone has outside this test framework
    int count = atLeast(1500);
    float[][] vectors = NestedVectors.unit(random(), count + 1, 512);
    float[] question = vectors[count];
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, EmbeddedExample.config())) {
        for (int i = 0; i < count; i++) {
          Document document = new Document();
          document.add(new StringField("title", "title " + i, Field.Store.YES));
          document.add(
              new KnnFloatVectorField("embedding", vectors[i], VectorSimilarityFunction.COSINE));
          writer.addDocument(document);
          if (random().nextInt(count) < 3) {
            writer.flush();
          }
        }
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        IndexSearcher searcher = new IndexSearcher(reader);
        List<String> found = new ArrayList<>();
        for (ScoreDoc hit : EmbeddedExample.nearest(searcher, question).scoreDocs) {
          found.add(searcher.storedFields().document(hit.doc).get("title"));
        }
        assertEquals(10, found.size());
        List<String> exact =
            IntStream.range(0, count)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -VectorUtil.cosine(question, vectors[i])))
                .limit(10)
                .map(i -> "title " + i)
                .toList();
        long common = found.stream().filter(exact::contains).count();
        assertTrue("found " + found + ", nearest are " + exact, common >= 8);
        assertEquals(exact.get(0), found.get(0));
      }
    } finally {
      Codec.setDefault(before);
    }
  }
}
