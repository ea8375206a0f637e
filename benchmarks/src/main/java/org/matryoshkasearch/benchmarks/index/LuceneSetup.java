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
package org.matryoshkasearch.benchmarks.index;

import java.io.IOException;
import java.util.function.Supplier;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.search.knn.KnnSearchStrategy;
import org.elasticsearch.index.mapper.vectors.DenseVectorFieldMapper;
import org.matryoshkasearch.benchmarks.index.Contender.Family;

/**
 * How a contender of Lucene's kind works.
 *
 * @param name what to call it
 * @param family whose it is
 * @param format the format of the field that is searched; asked for only when it is needed
 * @param dims leading components in the field that is searched, at most those of the vectors; if
 *     fewer, they are scaled to unit length, and the full vectors are in a second field that has no
 *     graph
 * @param rescored whether candidates are compared once more, by their full float32 vectors
 * @param hotShare which share of the searched field's float32 vectors the graph search reads: 0 if
 *     it reads codes
 * @param requirement what the machine must have
 */
record LuceneSetup(
    String name,
    Family family,
    Supplier<KnnVectorsFormat> format,
    int dims,
    boolean rescored,
    double hotShare,
    Requirement requirement) {

  /** What a machine must have for a contender to be worth measuring. */
  @FunctionalInterface
  interface Requirement {
    /** Nothing. */
    Requirement NONE = () -> {};

    /**
     * Does nothing if the machine has it.
     *
     * @throws IOException if not, and says why
     */
    void check() throws IOException;
  }

  /** The field that is searched. */
  static final String FIELD = "vector";

  /** The full vectors, where the other field has shorter ones. */
  static final String FULL = "full";

  /** How graphs are searched with a filter: as by default in Lucene, or in Elasticsearch. */
  KnnSearchStrategy strategy() {
    return family == Family.ELASTICSEARCH
        ? DenseVectorFieldMapper.FilterHeuristic.ACORN.getKnnSearchStrategy()
        : KnnSearchStrategy.Hnsw.DEFAULT;
  }

  /** Whether the query does all of it by itself. */
  boolean ours() {
    return family == Family.MATRYOSHKA;
  }
}
