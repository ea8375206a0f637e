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
package org.matryoshkasearch.lucene.soak;

import java.io.IOException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FilterDirectoryReader;
import org.apache.lucene.index.FilterLeafReader;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.search.VectorScorer;
import org.apache.lucene.util.Bits;

/**
 * Wraps vectors as others do: what they know of {@link FloatVectorValues}, and not its rescorer.
 */
public final class PlainValuesReader extends FilterDirectoryReader {
  private final boolean scores;

  /**
   * @param scores whether what they wrap scores vectors, and not the abstract class
   */
  public PlainValuesReader(DirectoryReader in, boolean scores) throws IOException {
    super(
        in,
        new SubReaderWrapper() {
          @Override
          public LeafReader wrap(LeafReader leaf) {
            return new Leaf(leaf, scores);
          }
        });
    this.scores = scores;
  }

  @Override
  protected DirectoryReader doWrapDirectoryReader(DirectoryReader reader) throws IOException {
    return new PlainValuesReader(reader, scores);
  }

  @Override
  public CacheHelper getReaderCacheHelper() {
    return in.getReaderCacheHelper();
  }

  private static final class Leaf extends FilterLeafReader {
    private final boolean scores;

    Leaf(LeafReader in, boolean scores) {
      super(in);
      this.scores = scores;
    }

    @Override
    public FloatVectorValues getFloatVectorValues(String field) throws IOException {
      FloatVectorValues values = in.getFloatVectorValues(field);
      return values == null ? null : new Values(values, scores);
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

  private static final class Values extends FloatVectorValues {
    private final FloatVectorValues in;
    private final boolean scores;

    Values(FloatVectorValues in, boolean scores) {
      this.in = in;
      this.scores = scores;
    }

    @Override
    public float[] vectorValue(int ord) throws IOException {
      return in.vectorValue(ord);
    }

    @Override
    public FloatVectorValues copy() throws IOException {
      return new Values(in.copy(), scores);
    }

    @Override
    public int dimension() {
      return in.dimension();
    }

    @Override
    public int size() {
      return in.size();
    }

    @Override
    public int ordToDoc(int ord) {
      return in.ordToDoc(ord);
    }

    @Override
    public Bits getAcceptOrds(Bits acceptDocs) {
      return in.getAcceptOrds(acceptDocs);
    }

    @Override
    public DocIndexIterator iterator() {
      return in.iterator();
    }

    @Override
    public VectorScorer scorer(float[] target) throws IOException {
      return scores ? in.scorer(target) : super.scorer(target);
    }
  }
}
