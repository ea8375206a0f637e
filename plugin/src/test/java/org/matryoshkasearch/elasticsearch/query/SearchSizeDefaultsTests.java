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
package org.matryoshkasearch.elasticsearch.query;

import java.io.IOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.elasticsearch.common.compress.CompressedXContent;
import org.elasticsearch.index.mapper.MapperService;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.search.vectors.ESKnnFloatVectorQuery;
import org.elasticsearch.search.vectors.KnnVectorQueryBuilder;
import org.elasticsearch.test.AbstractBuilderTestCase;
import org.matryoshkasearch.elasticsearch.MatryoshkaPlugin;
import org.matryoshkasearch.elasticsearch.mapper.RescoreVector;
import org.matryoshkasearch.lucene.search.MatryoshkaKnnQuery;

/** Hits and candidates of a query that does not say all of its numbers. */
public class SearchSizeDefaultsTests extends AbstractBuilderTestCase {
  private static final int DIMS = 16;

  @Override
  protected Collection<Class<? extends Plugin>> getPlugins() {
    return List.of(MatryoshkaPlugin.class);
  }

  @Override
  protected void initializeAdditionalMappings(MapperService mapperService) throws IOException {
    String mapping =
        """
        {"_doc": {"properties": {
          "embedding": {"type": "matryoshka_vector", "dims": 16, "prefix_dims": 4,
            "index_options": {"rescore_vector": {"oversample": 3}}},
          "dense": {"type": "dense_vector", "dims": 16, "index": true, "similarity": "cosine",
            "index_options": {"type": "hnsw"}}}}}
        """;
    mapperService.merge(
        "_doc", new CompressedXContent(mapping), MapperService.MergeReason.MAPPING_UPDATE);
  }

  private static MatryoshkaKnnQuery luceneQuery(SearchSize size) throws IOException {
    return (MatryoshkaKnnQuery)
        new MatryoshkaKnnQueryBuilder(
                "embedding", QueryVector.of(randomVector()), size, List.of(), Prefilters.of(), null)
            .toQuery(createSearchExecutionContext());
  }

  private static float[] randomVector() {
    float[] vector = new float[DIMS];
    for (int i = 0; i < DIMS; i++) {
      vector[i] = randomFloatBetween(0.1f, 1, true);
    }
    return vector;
  }

  public void testDefaults() throws IOException {
    MatryoshkaKnnQuery query = luceneQuery(new SearchSize(null, null, null));
    assertEquals(10, query.getK());
    assertEquals("oversample of the mapping", 30, query.getCandidates());
    assertEquals("oversample of the mapping", 30, query.getRescored());
    query = luceneQuery(new SearchSize(20, null, null));
    assertEquals(20, query.getK());
    assertEquals(60, query.getCandidates());
    query = luceneQuery(new SearchSize(20, null, new RescoreVector(1)));
    assertEquals("one and a half times k", 30, query.getCandidates());
    query = luceneQuery(new SearchSize(null, 5, new RescoreVector(1)));
    assertEquals("no more than num_candidates", 5, query.getK());
  }

  /** Without oversampling, which {@code knn} on float vectors does not do either. */
  public void testNumbersDefaultAsThoseOfKnn() throws IOException {
    for (Integer k : Arrays.asList(null, 1, 3, 7, 10, 6000, 9999)) {
      for (Integer numCandidates : Arrays.asList(null, 5, 10_000)) {
        if (k == null || numCandidates == null || k <= numCandidates) {
          ESKnnFloatVectorQuery dense =
              (ESKnnFloatVectorQuery)
                  new KnnVectorQueryBuilder(
                          "dense", randomVector(), k, numCandidates, null, null, null)
                      .toQuery(createSearchExecutionContext());
          MatryoshkaKnnQuery ours =
              luceneQuery(new SearchSize(k, numCandidates, new RescoreVector(1)));
          assertEquals(dense.kParam(), ours.getK());
          assertEquals(dense.getK(), ours.getCandidates());
        }
      }
    }
  }

  public void testMoreCandidatesOfTheTwoRules() throws IOException {
    assertEquals(100, luceneQuery(new SearchSize(10, 100, new RescoreVector(5))).getCandidates());
    assertEquals(200, luceneQuery(new SearchSize(10, 100, new RescoreVector(20))).getCandidates());
  }
}
