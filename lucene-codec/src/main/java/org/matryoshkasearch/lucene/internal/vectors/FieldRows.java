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
package org.matryoshkasearch.lucene.internal.vectors;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import org.apache.lucene.codecs.lucene90.IndexedDISI;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.KnnVectorValues.DocIndexIterator;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.RandomAccessInput;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.LongValues;

/**
 * The rows of a field, and which documents they belong to. Not thread-safe.
 *
 * <p>A search asks several times for the vectors of each segment, mostly to read nothing or one
 * thing of them. So all that can be read is opened when it is.
 *
 * <p>Where not every document has a row, maps between the two lie in the data, whose checksum is
 * not verified before a search. So what they say is checked when it is read: no search goes on with
 * a document or a row that the segment does not have.
 */
final class FieldRows {
  private final FullVectorsInput.Entry entry;
  private final IndexInput data;
  private final int maxDoc;
  private IndexInput slice; // null before it is read
  private LongValues docs; // of each row; null before it is read

  /**
   * @param data in which the entry lies; it is not moved
   * @param maxDoc how many documents the segment has
   */
  FieldRows(FullVectorsInput.Entry entry, IndexInput data, int maxDoc) {
    this.entry = entry;
    this.data = data;
    this.maxDoc = maxDoc;
  }

  int size() {
    return entry.count();
  }

  /** The rows one after another. */
  IndexInput slice() throws IOException {
    if (slice == null) {
      slice = data.slice("full-vectors", entry.offset(), entry.length());
    }
    return slice;
  }

  /** A float of each, behind the rows. */
  RandomAccessInput lengths() throws IOException {
    return data.randomAccessSlice(entry.lengthsAt(), (long) entry.count() * Float.BYTES);
  }

  /**
   * The document of a row.
   *
   * @throws UncheckedIOException of a {@link CorruptIndexException}, if the segment has none such
   */
  int ordToDoc(int ord) {
    if (isSparse() == false) {
      return ord;
    }
    int doc = (int) docs().get(ord);
    if (doc < 0 || doc >= maxDoc) {
      throw new UncheckedIOException(damaged("row [%d] has document [%d]", ord, doc, null));
    }
    return doc;
  }

  private LongValues docs() {
    if (docs == null) {
      try {
        docs = entry.ordToDoc().getDirectMonotonicReader(data);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return docs;
  }

  Bits acceptOrds(Bits acceptDocs) {
    if (isSparse() == false || acceptDocs == null) {
      return acceptDocs;
    }
    return new Bits() {
      @Override
      public boolean get(int ord) {
        return acceptDocs.get(ordToDoc(ord));
      }

      @Override
      public int length() {
        return size();
      }
    };
  }

  /** The documents that have a row, where not all have one. */
  DocIndexIterator sparseIterator() {
    try {
      IndexedDISI documents = entry.ordToDoc().getIndexedDISI(data);
      return new CheckedIterator(IndexedDISI.asDocIndexIterator(documents));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  FieldRows copy() {
    return new FieldRows(entry, data, maxDoc);
  }

  /** Whether some documents have a row, and others have none. */
  boolean isSparse() {
    return size() > 0 && size() < maxDoc;
  }

  private CorruptIndexException damaged(String what, int number, int found, Exception cause) {
    String said = String.format(Locale.ROOT, what, number, found);
    return new CorruptIndexException(
        said + " in a segment of [" + maxDoc + "] documents, [" + size() + "] rows", data, cause);
  }

  /** Goes only up, and to what there is. */
  private final class CheckedIterator extends DocIndexIterator {
    private final DocIndexIterator in;
    private int doc = -1;

    CheckedIterator(DocIndexIterator in) {
      this.in = in;
    }

    @Override
    public int docID() {
      return doc;
    }

    @Override
    public int index() {
      return in.index();
    }

    @Override
    public int nextDoc() throws IOException {
      return advance(doc + 1);
    }

    @Override
    public int advance(int target) throws IOException {
      doc = target < maxDoc ? checked(target) : NO_MORE_DOCS;
      return doc;
    }

    private int checked(int target) throws IOException {
      int found;
      try {
        found = in.advance(target);
      } catch (EOFException | IllegalArgumentException | IndexOutOfBoundsException e) {
        throw damaged("nothing can be read of document [%d], after [%d]", target, doc, e);
      }
      if (found != NO_MORE_DOCS) {
        if (found < target || found >= maxDoc) {
          throw damaged("document [%d] follows [%d]", found, doc, null);
        }
        if (in.index() < 0 || in.index() >= size()) {
          throw damaged("document [%d] has row [%d]", found, in.index(), null);
        }
      }
      return found;
    }

    @Override
    public long cost() {
      return in.cost();
    }
  }
}
