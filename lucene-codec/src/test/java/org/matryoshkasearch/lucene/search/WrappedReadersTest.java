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
package org.matryoshkasearch.lucene.search;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.ExitableDirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.SlowCodecReaderWrapper;
import org.apache.lucene.index.SoftDeletesDirectoryReaderWrapper;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.index.AssertingDirectoryReader;
import org.apache.lucene.util.VectorUtil;
import org.matryoshkasearch.lucene.codec.PrefixEncoding;
import org.matryoshkasearch.lucene.soak.PlainValuesReader;

/** Readers over our segments: whatever they hand on, hits have the scores of full vectors. */
public class WrappedReadersTest extends KnnTestCase {
  private static final int ROWS = 800;

  private static List<DirectoryReader> wrapped(DirectoryReader reader) throws IOException {
    List<DirectoryReader> wrapped = new ArrayList<>();
    wrapped.add(new PlainValuesReader(reader, true));
    wrapped.add(new PlainValuesReader(reader, false));
    wrapped.add(withLeaves(reader, SlowCodecReaderWrapper::wrap));
    wrapped.add(new PlainValuesReader(withLeaves(reader, SlowCodecReaderWrapper::wrap), true));
    wrapped.add(new AssertingDirectoryReader(reader));
    wrapped.add(new SoftDeletesDirectoryReaderWrapper(reader, "soft"));
    wrapped.add(ExitableDirectoryReader.wrap(reader, () -> false));
    wrapped.add(new PlainValuesReader(ExitableDirectoryReader.wrap(reader, () -> false), true));
    return wrapped;
  }

  public void testHitsHaveFullScores() throws IOException {
    VectorSimilarityFunction similarity = randomSimilarity();
    Supplier<float[]> vectors = vectors(similarity);
    List<Row> rows = rows(ROWS, vectors);
    float[] target = vectors.get();
    try (Directory directory = newDirectory()) {
      // one bit a dimension, so that the score of a prefix is never that of the vector
      write(directory, matryoshka(PrefixEncoding.BIT1), rows, similarity);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        for (DirectoryReader wrapped : wrapped(reader)) {
          String name = wrapped.leaves().get(0).reader().getClass().getName();
          IndexSearcher searcher = new IndexSearcher(wrapped);
          for (int candidates : new int[] {60, ROWS}) {
            List<StageStats> stages = new ArrayList<>();
            MatryoshkaKnnQuery query =
                MatryoshkaKnnQuery.builder(FIELD, target, 10)
                    .candidates(candidates)
                    .funnel(List.of(new FunnelStage(DIMS - 1, 40)))
                    .listener(stages::addAll)
                    .build();
            List<Hit> hits = hits(searcher, query, 10);
            assertEquals(name, 10, hits.size());
            for (Hit hit : hits) {
              float score = score(similarity, target, rows.get(hit.id()).vector());
              assertEquals(name, score, hit.score(), 1e-5 * Math.max(1, score));
            }
            assertTrue(name, stages.getLast().fullVectorBytes() > 0);
          }
          for (MatryoshkaKnnQuery query :
              List.of(
                  MatryoshkaKnnQuery.builder(FIELD, target, 10).targetRecall(0.9).build(),
                  MatryoshkaKnnQuery.builder(FIELD, target, 10).exact(true).build())) {
            List<Hit> hits = hits(searcher, query, 10);
            assertEquals(name, 10, hits.size());
            for (Hit hit : hits) {
              float score = score(similarity, target, rows.get(hit.id()).vector());
              assertEquals(name, score, hit.score(), 1e-5 * Math.max(1, score));
            }
          }
        }
      }
    }
  }

  /** One segment has all of the best: it is searched a second time, whatever its values can do. */
  public void testSecondSearchOfASegment() throws IOException {
    VectorSimilarityFunction similarity = VectorSimilarityFunction.DOT_PRODUCT;
    int segments = 8;
    int size = 100;
    float[] target = new float[DIMS];
    target[0] = 1;
    List<Row> rows = new ArrayList<>();
    for (int id = 0; id < segments * size; id++) {
      float[] vector = new float[DIMS];
      for (int i = 0; i < DIMS; i++) {
        vector[i] = 0.1f * (float) random().nextGaussian();
      }
      vector[0] = id < size ? 1 : -1;
      rows.add(new Row(id, VectorUtil.l2normalize(vector), "a"));
    }
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer =
          new IndexWriter(
              directory, config(randomMatryoshka()).setMergePolicy(NoMergePolicy.INSTANCE))) {
        add(writer, rows, similarity, size);
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        assertTrue(reader.leaves().size() >= segments);
        for (DirectoryReader wrapped : wrapped(reader)) {
          String name = wrapped.leaves().get(0).reader().getClass().getName();
          List<Hit> hits = hits(new IndexSearcher(wrapped), query(target, size, size), size);
          assertEquals(name, size, hits.size());
          for (Hit hit : hits) {
            assertTrue(name + ": " + hit, hit.id() < size);
          }
        }
      }
    }
  }

  /**
   * In each segment the filter accepts so few that all are compared, whatever the values can do.
   */
  public void testFilterOfFewInEachSegment() throws IOException {
    VectorSimilarityFunction similarity = randomSimilarity();
    Supplier<float[]> vectors = vectors(similarity);
    List<Row> rows = rows(ROWS, vectors);
    Query filter = new TermQuery(new Term("tag", "c")); // a tenth
    try (Directory directory = newDirectory()) {
      try (IndexWriter writer = new IndexWriter(directory, config(randomMatryoshka()))) {
        add(writer, rows, similarity, 50);
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        for (DirectoryReader wrapped : wrapped(reader)) {
          String name = wrapped.leaves().get(0).reader().getClass().getName();
          MatryoshkaKnnQuery query =
              MatryoshkaKnnQuery.builder(FIELD, vectors.get(), 10)
                  .candidates(40)
                  .filter(filter)
                  .build();
          List<Hit> hits = hits(new IndexSearcher(wrapped), query, 10);
          assertEquals(name, 10, hits.size());
          for (Hit hit : hits) {
            assertEquals(name, "c", rows.get(hit.id()).tag());
          }
        }
      }
    }
  }
}
