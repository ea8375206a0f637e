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
package org.matryoshkasearch.elasticsearch.evaluate;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.KnnVectorValues.DocIndexIterator;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.Bits;
import org.matryoshkasearch.lucene.analysis.VectorSet;

/** The full vectors of the documents of a shard that take part, read where they lie. */
final class ShardVectors implements VectorSet {
  private static final int CHECK_EVERY = 4096;

  private final String field;
  private final int dims;
  private final List<LeafReaderContext> leaves;

  /** For each vector its document in the shard, ascending, and its place in the segment. */
  private final int[] docs;

  private final int[] ordinals;

  private ShardVectors(
      String field, int dims, List<LeafReaderContext> leaves, int[] docs, int[] ordinals) {
    this.field = field;
    this.dims = dims;
    this.leaves = leaves;
    this.docs = docs;
    this.ordinals = ordinals;
  }

  /** How many bytes of memory those of a reader take at most, while they are found. */
  static long ramBytes(IndexReader reader) {
    return 4L * Integer.BYTES * reader.maxDoc(); // both arrays, and the copies that have no rest
  }

  /**
   * Those that a query matches and that are not deleted; the reader hides what the user may not
   * see.
   */
  static ShardVectors matching(
      Query query, IndexSearcher searcher, String field, int dims, ShardGuard guard)
      throws IOException {
    Weight weight = searcher.createWeight(searcher.rewrite(query), ScoreMode.COMPLETE_NO_SCORES, 1);
    List<LeafReaderContext> leaves = searcher.getIndexReader().leaves();
    int[] docs = new int[0];
    int[] ordinals = new int[0];
    int count = 0;
    for (LeafReaderContext leaf : leaves) {
      FloatVectorValues vectors = leaf.reader().getFloatVectorValues(field);
      Scorer scorer = vectors == null ? null : weight.scorer(leaf);
      if (scorer == null) {
        continue;
      }
      Bits live = leaf.reader().getLiveDocs();
      DocIndexIterator having = vectors.iterator();
      DocIdSetIterator matching = scorer.iterator();
      int room = count + vectors.size();
      if (room > docs.length) { // else few of a larger segment matched
        docs = ArrayUtil.growExact(docs, room);
        ordinals = ArrayUtil.growExact(ordinals, room);
      }
      for (int doc = having.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; ) {
        int match = matching.docID() < doc ? matching.advance(doc) : matching.docID();
        if (match != doc) {
          doc = match == DocIdSetIterator.NO_MORE_DOCS ? match : having.advance(match);
          continue;
        }
        if (live == null || live.get(doc)) {
          docs[count] = leaf.docBase + doc;
          ordinals[count] = having.index();
          count++;
        }
        if (count % CHECK_EVERY == 0) {
          guard.check();
        }
        doc = having.nextDoc();
      }
    }
    return new ShardVectors(
        field, dims, leaves, Arrays.copyOf(docs, count), Arrays.copyOf(ordinals, count));
  }

  /** Some of these, by their places here, ascending. */
  ShardVectors only(int[] places) {
    return new ShardVectors(
        field,
        dims,
        leaves,
        Arrays.stream(places).map(place -> docs[place]).toArray(),
        Arrays.stream(places).map(place -> ordinals[place]).toArray());
  }

  /**
   * Places of some of so many, each as likely as any other, ascending: perhaps of millions, of
   * which the draw of the library, for queries, would keep a tree.
   */
  static int[] draw(int size, int most, long seed) {
    int[] places = new int[Math.min(size, most)];
    SplittableRandom random = new SplittableRandom(seed);
    int drawn = 0;
    for (int place = 0; drawn < places.length; place++) {
      // as many are wanted of those that are left
      if (random.nextInt(size - place) < places.length - drawn) {
        places[drawn++] = place;
      }
    }
    return places;
  }

  @Override
  public int size() {
    return docs.length;
  }

  @Override
  public int dims() {
    return dims;
  }

  int doc(int place) {
    return docs[place];
  }

  /** The place of a document, negative if it takes no part. */
  int place(int doc) {
    return Arrays.binarySearch(docs, doc);
  }

  @Override
  public Reader reader() {
    FloatVectorValues[] open = new FloatVectorValues[leaves.size()];
    return (place, vector) -> {
      int leaf = ReaderUtil.subIndex(docs[place], leaves);
      if (open[leaf] == null) {
        open[leaf] = leaves.get(leaf).reader().getFloatVectorValues(field);
      }
      System.arraycopy(open[leaf].vectorValue(ordinals[place]), 0, vector, 0, dims);
    };
  }
}
