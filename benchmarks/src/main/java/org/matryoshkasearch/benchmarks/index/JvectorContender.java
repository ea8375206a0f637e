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

import io.github.jbellis.jvector.disk.BufferedRandomAccessWriter;
import io.github.jbellis.jvector.graph.GraphIndexBuilder;
import io.github.jbellis.jvector.graph.disk.GraphIndexWriter;
import io.github.jbellis.jvector.graph.disk.GraphIndexWriterTypes;
import io.github.jbellis.jvector.graph.disk.feature.FeatureId;
import io.github.jbellis.jvector.graph.disk.feature.InlineVectors;
import io.github.jbellis.jvector.graph.similarity.BuildScoreProvider;
import io.github.jbellis.jvector.quantization.CompressedVectors;
import io.github.jbellis.jvector.quantization.ProductQuantization;
import io.github.jbellis.jvector.util.Bits;
import io.github.jbellis.jvector.vector.VectorSimilarityFunction;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ForkJoinPool;
import java.util.function.LongConsumer;
import org.apache.lucene.util.FixedBitSet;
import org.matryoshkasearch.benchmarks.data.Documents;
import org.matryoshkasearch.benchmarks.data.Vectors;

/**
 * jvector as its manual sets it up: the graph is built by the full vectors, which then stand in its
 * file; it is searched by product-quantised codes, which are in memory, and candidates are compared
 * once more by the full vectors. (To build the graph by the codes, which the manual has for sets
 * larger than memory, takes several times as long.)
 */
final class JvectorContender implements Contender {

  static final VectorSimilarityFunction SIMILARITY = VectorSimilarityFunction.DOT_PRODUCT;
  static final String GRAPH_FILE = "graph";
  static final String CODES_FILE = "codes";

  // The values of its manual, and of its own benchmarks for vectors of about 1000 dimensions.
  private static final int DIMS_PER_CODE_BYTE = 8;
  private static final int CENTROIDS = 256;
  private static final boolean CENTERED = false;
  private static final float ISOTROPIC = -1;
  private static final int MAX_DEGREE = 32;
  private static final int BEAM_WIDTH = 100;
  private static final float NEIGHBOR_OVERFLOW = 1.2f;
  private static final float ALPHA = 1.2f;

  @Override
  public String name() {
    return "jvector";
  }

  @Override
  public Family family() {
    return Family.JVECTOR;
  }

  @Override
  public BuildTime build(Documents documents, Path folder, LongConsumer progress)
      throws IOException {
    if (documents.segments() > 1) {
      throw new IOException("an index of jvector has no segments");
    }
    Vectors vectors = documents.vectors();
    double start = ProcessorTime.seconds();
    try (ForkJoinPool one = new ForkJoinPool(1)) {
      JvectorRows rows = new JvectorRows(vectors);
      ProductQuantization quantizer =
          ProductQuantization.compute(
              rows,
              Math.max(1, vectors.dims() / DIMS_PER_CODE_BYTE),
              CENTROIDS,
              CENTERED,
              ISOTROPIC,
              one,
              one);
      CompressedVectors codes = quantizer.encodeAll(rows, one);
      BuildScoreProvider scores = BuildScoreProvider.randomAccessScoreProvider(rows, SIMILARITY);
      try (GraphIndexBuilder builder =
          GraphIndexBuilder.builder(scores, vectors.dims(), MAX_DEGREE)
              .withBeamWidth(BEAM_WIDTH)
              .withNeighborOverflow(NEIGHBOR_OVERFLOW)
              .withAlpha(ALPHA)
              .withSimdExecutor(one)
              .withParallelExecutor(one)
              .build()) {
        for (int row = 0; row < vectors.size(); row++) {
          builder.addGraphNode(row, rows.getVector(row));
          progress.accept(row + 1);
        }
        builder.cleanup();
        try (GraphIndexWriter writer =
            GraphIndexWriter.getBuilderFor(
                    GraphIndexWriterTypes.RANDOM_ACCESS,
                    builder.getGraph(),
                    folder.resolve(GRAPH_FILE))
                .with(new InlineVectors(vectors.dims()))
                .build()) {
          writer.write(
              Map.of(
                  FeatureId.INLINE_VECTORS, row -> new InlineVectors.State(rows.getVector(row))));
        }
      }
      try (BufferedRandomAccessWriter out =
          new BufferedRandomAccessWriter(folder.resolve(CODES_FILE))) {
        codes.write(out);
      }
    }
    return new BuildTime(ProcessorTime.seconds() - start, 0);
  }

  @Override
  public Searchable open(Path folder, FixedBitSet accepted) throws IOException {
    return new JvectorSearchable(folder, accepted == null ? Bits.ALL : accepted::get);
  }
}
