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
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TopDocs;
import org.matryoshkasearch.lucene.codec.MatryoshkaCodec;
import org.matryoshkasearch.lucene.codec.MatryoshkaHnswVectorsFormat;
import org.matryoshkasearch.lucene.search.MatryoshkaKnnQuery;

/** The library without Elasticsearch, as the README shows it: its code block is these methods. */
final class EmbeddedExample {
  private EmbeddedExample() {}

  /** The graph is built over the leading 256 dimensions; the full vectors are stored beside it. */
  static IndexWriterConfig config() {
    return new IndexWriterConfig()
        .setCodec(new MatryoshkaCodec(new MatryoshkaHnswVectorsFormat(256)));
  }

  /** The ten nearest: 50 candidates from the graph, ranked by their full vectors. */
  static TopDocs nearest(IndexSearcher searcher, float[] question) throws IOException {
    Query query = MatryoshkaKnnQuery.builder("embedding", question, 10).candidates(50).build();
    return searcher.search(query, 10);
  }
}
