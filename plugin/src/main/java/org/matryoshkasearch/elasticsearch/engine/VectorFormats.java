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
package org.matryoshkasearch.elasticsearch.engine;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;
import org.apache.lucene.index.FieldInfo;
import org.elasticsearch.index.IndexSettings;
import org.elasticsearch.index.mapper.Mapper;
import org.elasticsearch.index.mapper.MapperService;
import org.elasticsearch.index.mapper.vectors.DenseVectorFieldMapper;
import org.elasticsearch.threadpool.ThreadPool;
import org.matryoshkasearch.elasticsearch.dense.DenseVectorFormat;
import org.matryoshkasearch.elasticsearch.dense.DenseVectorPrefixes;
import org.matryoshkasearch.elasticsearch.mapper.MatryoshkaVectorFieldMapper;
import org.matryoshkasearch.lucene.codec.MatryoshkaHnswVectorsFormat;

/**
 * Which vectors format writes a field of an index, by the mapping as it is when the segment is
 * written: fields can be added to an index at any time, and some options changed.
 */
final class VectorFormats implements Function<String, KnnVectorsFormat> {
  private final MapperService mapperService;
  private final DenseVectorPrefixes densePrefixes;
  private final int mergeWorkers;
  private final ExecutorService mergeExecutor;
  private final Map<String, OfMapper> formats = new ConcurrentHashMap<>();

  /** What was made of a mapper, which changes with the mapping. */
  private record OfMapper(Mapper mapper, KnnVectorsFormat format) {}

  /**
   * @param mapperService the mappings of the index
   * @param densePrefixes which {@code dense_vector} fields have a prefix
   * @param mergeWorkers how many threads may build the graph of one merged segment, 1 or more
   * @param mergeExecutor where they run; null with one worker
   */
  VectorFormats(
      MapperService mapperService,
      DenseVectorPrefixes densePrefixes,
      int mergeWorkers,
      ExecutorService mergeExecutor) {
    this.mapperService = mapperService;
    this.densePrefixes = densePrefixes;
    this.mergeWorkers = mergeWorkers;
    this.mergeExecutor = mergeExecutor;
  }

  /** Merges on as many threads as Elasticsearch gives to its own HNSW formats. */
  static VectorFormats of(
      MapperService mapperService, IndexSettings indexSettings, ThreadPool threadPool) {
    DenseVectorPrefixes densePrefixes = DenseVectorPrefixes.of(indexSettings.getSettings());
    if (indexSettings.isIntraMergeParallelismEnabled()) {
      ThreadPool.Info merge = threadPool.info(ThreadPool.Names.MERGE);
      if (merge != null && merge.getMax() > 1) {
        ExecutorService executor = threadPool.executor(ThreadPool.Names.MERGE);
        return new VectorFormats(mapperService, densePrefixes, merge.getMax(), executor);
      }
    }
    return new VectorFormats(mapperService, densePrefixes, 1, null);
  }

  int mergeWorkers() {
    return mergeWorkers;
  }

  ExecutorService mergeExecutor() {
    return mergeExecutor;
  }

  /** Our format for a field that has a prefix, null for any other. */
  @Override
  @SuppressWarnings("ReferenceEquality") // a changed mapping has other mappers
  public KnnVectorsFormat apply(String field) {
    Mapper mapper = mapperService.mappingLookup().getMapper(field);
    if (mapper == null) {
      return null;
    }
    OfMapper made = formats.get(field);
    if (made == null || made.mapper() != mapper) {
      made = new OfMapper(mapper, format(mapper));
      formats.put(field, made);
    }
    return made.format();
  }

  private KnnVectorsFormat format(Mapper mapper) {
    if (mapper instanceof MatryoshkaVectorFieldMapper ours) {
      return ours.fieldType().options().vectorsFormat(mergeWorkers, mergeExecutor);
    }
    return mapper instanceof DenseVectorFieldMapper dense
        ? densePrefixes.format(dense, mergeWorkers, mergeExecutor)
        : null;
  }

  /**
   * Whether a vector field of a segment is as the index would write it now: in the format, over the
   * prefix, with a graph if there can be one.
   *
   * @param maxDoc how many documents the segment has
   */
  boolean isCurrent(FieldInfo field, int maxDoc) {
    KnnVectorsFormat format = apply(field.name);
    String written = field.getAttribute(PerFieldKnnVectorsFormat.PER_FIELD_FORMAT_KEY);
    if (format == null) {
      return DenseVectorFormat.NAME.equals(written) == false;
    }
    return format.getName().equals(written)
        && MatryoshkaHnswVectorsFormat.lacksGraph(field, maxDoc) == false
        && (format instanceof DenseVectorFormat == false || densePrefixes.isPrefixOf(field));
  }
}
