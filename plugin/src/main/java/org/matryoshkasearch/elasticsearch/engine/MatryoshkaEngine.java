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

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.MergePolicy;
import org.apache.lucene.index.SegmentReader;
import org.apache.lucene.store.AlreadyClosedException;
import org.elasticsearch.common.lucene.Lucene;
import org.elasticsearch.index.engine.EngineConfig;
import org.elasticsearch.index.engine.InternalEngine;
import org.elasticsearch.index.mapper.Mapper;
import org.elasticsearch.index.mapper.MappingLookup;
import org.elasticsearch.index.shard.DenseVectorStats;
import org.matryoshkasearch.elasticsearch.dense.DenseVectorFormat;
import org.matryoshkasearch.elasticsearch.mapper.MatryoshkaVectorFieldMapper;
import org.matryoshkasearch.lucene.codec.MatryoshkaHnswVectorsFormat;

/**
 * Elasticsearch's own engine, whose statistics of dense vectors count those of {@code
 * matryoshka_vector} fields too: how many there are, and the memory that a search wants for them.
 */
final class MatryoshkaEngine extends InternalEngine {

  MatryoshkaEngine(EngineConfig config) {
    super(config);
  }

  @Override
  public DenseVectorStats denseVectorStats(MappingLookup mappings) {
    DenseVectorStats stats = super.denseVectorStats(mappings);
    List<String> fields = mappings == null ? List.of() : vectorFields(mappings);
    if (fields.isEmpty()) {
      return stats;
    }
    try (Searcher searcher = acquireSearcher(DOC_STATS_SOURCE, SearcherScope.INTERNAL)) {
      for (LeafReaderContext leaf : searcher.getLeafContexts()) {
        stats.add(stats(Lucene.segmentReader(leaf.reader()), fields));
      }
    } catch (IOException e) {
      logger.debug("failed to read the statistics of matryoshka_vector fields", e);
    }
    return stats;
  }

  /** Elasticsearch's own estimate, which knows of no graphs of ours, or theirs if that is more. */
  @Override
  protected long estimateMergeBytes(MergePolicy.OneMerge merge) {
    return Math.max(super.estimateMergeBytes(merge), graphBytes(merge));
  }

  /** Graphs are built one after another: what the largest of them takes. */
  private long graphBytes(MergePolicy.OneMerge merge) {
    Set<String> names = new HashSet<>();
    merge.segments.forEach(segment -> names.add(segment.info.name));
    Map<String, Integer> vectors = new HashMap<>();
    try (Searcher searcher = acquireSearcher("merge_memory_estimation", SearcherScope.INTERNAL)) {
      for (LeafReaderContext leaf : searcher.getLeafContexts()) {
        SegmentReader segment = Lucene.segmentReader(leaf.reader());
        if (names.contains(segment.getSegmentName())) {
          for (FieldInfo field : segment.getFieldInfos()) {
            if (isOurs(field)) {
              vectors.merge(field.name, segment.numDocs(), Math::addExact);
            }
          }
        }
      }
    } catch (AlreadyClosedException e) {
      return 0; // as Elasticsearch's own
    }
    return vectors.values().stream()
        .mapToLong(MatryoshkaHnswVectorsFormat::graphBuildBytes)
        .max()
        .orElse(0);
  }

  private static boolean isOurs(FieldInfo field) {
    String format = field.getAttribute(PerFieldKnnVectorsFormat.PER_FIELD_FORMAT_KEY);
    return MatryoshkaHnswVectorsFormat.NAME.equals(format) || DenseVectorFormat.NAME.equals(format);
  }

  private static List<String> vectorFields(MappingLookup mappings) {
    List<String> fields = new ArrayList<>();
    for (Mapper mapper : mappings.fieldMappers()) {
      if (mapper instanceof MatryoshkaVectorFieldMapper) {
        fields.add(mapper.fullPath());
      }
    }
    return fields;
  }

  private static DenseVectorStats stats(SegmentReader segment, List<String> fields)
      throws IOException {
    long count = 0;
    Map<String, Map<String, Long>> offHeap = new HashMap<>();
    for (String name : fields) {
      FieldInfo field = segment.getFieldInfos().fieldInfo(name);
      if (field != null && field.hasVectorValues()) {
        count += segment.getFloatVectorValues(name).size();
        KnnVectorsReader reader = segment.getVectorReader();
        if (reader instanceof PerFieldKnnVectorsFormat.FieldsReader perField) {
          reader = perField.getFieldReader(name);
        }
        offHeap.put(name, reader.getOffHeapByteSize(field));
      }
    }
    return new DenseVectorStats(count, offHeap);
  }
}
