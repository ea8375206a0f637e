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
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FilterLeafReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnCollector;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.VectorUtil;
import org.matryoshkasearch.lucene.codec.NestedVectors;
import org.matryoshkasearch.lucene.codec.PrefixEncoding;

/** Searches of several segments: each is asked for its share, and none is left short of it. */
public class SegmentsTest extends KnnTestCase {
  private static final int K = 10;
  private static final int CANDIDATES = 40;
  private static final int SEGMENTS = 8;
  private static final int SIZE = 900;
  private static final int QUERIES = 40;

  public void testShares() throws IOException {
    try (Directory directory = newDirectory()) {
      write(directory, NestedVectors.unit(random(), SEGMENTS * 30, DIMS), SEGMENTS, 30);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        LeafReaderContext leaf = reader.leaves().get(0);
        assertEquals(SEGMENTS, reader.leaves().size());
        assertEquals(1, LeafShare.of(leaf, 1));
        assertEquals(8, LeafShare.of(leaf, 12)); // 1.5 + 4 * 1.1 would be too few
        assertEquals(9, LeafShare.of(leaf, 20)); // 2.5 + 4 * 1.5
        assertEquals(26, LeafShare.of(leaf, 100)); // 12.5 + 4 * 3.3
        assertEquals(167, LeafShare.of(leaf, 1000)); // 125 + 4 * 10.5
      }
    }
    try (Directory directory = newDirectory()) {
      write(directory, NestedVectors.unit(random(), 30, DIMS), 1, 30);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        assertEquals(1000, LeafShare.of(reader.leaves().get(0), 1000));
      }
    }
  }

  /** As many hits are found as by Lucene's query, with a good part less of work. */
  public void testFindsAsMuchForLess() throws IOException {
    float[][] vectors = NestedVectors.unit(random(), SEGMENTS * SIZE + QUERIES, DIMS);
    float[][] queries = Arrays.copyOfRange(vectors, SEGMENTS * SIZE, vectors.length);
    try (Directory directory = newDirectory()) {
      write(directory, vectors, SEGMENTS, SIZE);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        IndexSearcher searcher = new IndexSearcher(reader);
        for (Query filter : new Query[] {null, new TermQuery(new Term("tag", "b"))}) {
          long visited = 0;
          long visitedByLucene = 0;
          int found = 0;
          for (float[] target : queries) {
            List<StageStats> stages = new ArrayList<>();
            Set<Integer> ours =
                ids(
                    searcher,
                    MatryoshkaKnnQuery.builder(FIELD, target, K)
                        .candidates(CANDIDATES)
                        .filter(filter)
                        .listener(stages::addAll)
                        .build());
            visited += stages.get(0).nodesVisited();
            long[] all = {0};
            Query lucene =
                new KnnFloatVectorQuery(FIELD, target, CANDIDATES, filter) {
                  @Override
                  protected TopDocs mergeLeafResults(TopDocs[] leaves) {
                    TopDocs merged = super.mergeLeafResults(leaves);
                    all[0] = merged.totalHits.value();
                    return merged;
                  }
                };
            Set<Integer> theirs = ids(searcher, lucene);
            visitedByLucene += all[0];
            ours.retainAll(theirs);
            found += ours.size();
          }
          assertTrue(visited + " of " + visitedByLucene, visited < 0.9 * visitedByLucene);
          assertTrue("found " + found, found >= 0.97 * K * QUERIES);
        }
      }
    }
  }

  /**
   * Where all that a segment was asked for is among the best, it has more of them: with a graph or
   * without, in our format or, the first half of them, in Lucene's.
   */
  public void testSearchesOnWhereAllOfTheNearestAre() throws IOException {
    int size = random().nextBoolean() ? SIZE : 300;
    float[][] vectors = new float[SEGMENTS * size][];
    float[][] centres = new float[SEGMENTS][];
    for (int segment = 0; segment < SEGMENTS; segment++) {
      centres[segment] = unitNear(new float[DIMS], 1);
      for (int i = 0; i < size; i++) {
        vectors[segment * size + i] = unitNear(centres[segment], 0.05f);
      }
    }
    try (Directory directory = newDirectory()) {
      int stock = random().nextBoolean() ? SEGMENTS / 2 * size : 0;
      write(
          directory,
          TestUtil.alwaysKnnVectorsFormat(new Lucene99HnswVectorsFormat()),
          vectors,
          0,
          stock,
          size);
      write(directory, codec(DIMS, PrefixEncoding.FLOAT32), vectors, stock, vectors.length, size);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        for (int segment = 0; segment < SEGMENTS; segment++) {
          float[] target = centres[segment];
          Query query = MatryoshkaKnnQuery.builder(FIELD, target, 100).candidates(100).build();
          int found = 0;
          for (Hit hit : hits(newSearcher(reader), query, 100)) {
            found += hit.id() / size == segment ? 1 : 0;
          }
          assertEquals(100, found);
        }
      }
    }
  }

  /** Beside a few documents elsewhere a segment is asked for all, and has no more. */
  public void testSearchesOnceWhatWasAskedForAll() throws IOException {
    int few = 30;
    float[][] vectors = NestedVectors.unit(random(), SIZE + few, DIMS);
    for (int id = SIZE; id < vectors.length; id++) {
      for (int d = 0; d < DIMS; d++) {
        vectors[id][d] = -vectors[id][d];
      }
    }
    try (Directory directory = newDirectory()) {
      write(directory, vectors, SIZE);
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        assertEquals(2, reader.leaves().size());
        AtomicInteger searches = new AtomicInteger();
        IndexSearcher searcher =
            new IndexSearcher(
                withLeaves(
                    reader,
                    leaf -> leaf.maxDoc() == SIZE ? new CountingReader(leaf, searches) : leaf));
        for (int i = 0; i < QUERIES; i++) {
          searches.set(0);
          Query query =
              MatryoshkaKnnQuery.builder(FIELD, vectors[i], K).candidates(CANDIDATES).build();
          assertEquals(K, hits(searcher, query, K).size());
          assertEquals(1, searches.get());
        }
      }
    }
  }

  /** Counts its searches. */
  private static final class CountingReader extends FilterLeafReader {
    private final AtomicInteger searches;

    CountingReader(LeafReader in, AtomicInteger searches) {
      super(in);
      this.searches = searches;
    }

    @Override
    public void searchNearestVectors(
        String field, float[] target, KnnCollector collector, AcceptDocs accepted)
        throws IOException {
      searches.incrementAndGet();
      super.searchNearestVectors(field, target, collector, accepted);
    }

    @Override
    public CacheHelper getCoreCacheHelper() {
      return in.getCoreCacheHelper();
    }

    @Override
    public CacheHelper getReaderCacheHelper() {
      return in.getReaderCacheHelper();
    }
  }

  private static float[] unitNear(float[] centre, float spread) {
    float[] near = new float[centre.length];
    for (int d = 0; d < near.length; d++) {
      near[d] = centre[d] + spread * (float) random().nextGaussian();
    }
    VectorUtil.l2normalize(near);
    return near;
  }

  private static Set<Integer> ids(IndexSearcher searcher, Query query) throws IOException {
    Set<Integer> ids = new HashSet<>();
    hits(searcher, query, K).forEach(hit -> ids.add(hit.id()));
    return ids;
  }

  private static void write(Directory directory, float[][] vectors, int segments, int size)
      throws IOException {
    write(directory, Arrays.copyOf(vectors, segments * size), size);
  }

  private static void write(Directory directory, float[][] vectors, int size) throws IOException {
    write(directory, codec(DIMS, PrefixEncoding.FLOAT32), vectors, 0, vectors.length, size);
  }

  private static void write(
      Directory directory, Codec codec, float[][] vectors, int from, int to, int size)
      throws IOException {
    VectorSimilarityFunction similarity = VectorSimilarityFunction.DOT_PRODUCT;
    List<Row> rows = new ArrayList<>();
    for (int id = from; id < to; id++) {
      rows.add(new Row(id, vectors[id], id % 2 == 0 ? "a" : "b"));
    }
    try (IndexWriter writer =
        new IndexWriter(
            directory,
            config(codec).setMaxBufferedDocs(vectors.length + 1).setRAMBufferSizeMB(100))) {
      add(writer, rows, similarity, size);
    }
  }
}
