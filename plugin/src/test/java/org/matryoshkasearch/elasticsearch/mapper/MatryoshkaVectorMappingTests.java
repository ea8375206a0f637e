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
package org.matryoshkasearch.elasticsearch.mapper;

import static org.hamcrest.Matchers.containsString;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.elasticsearch.common.compress.CompressedXContent;
import org.elasticsearch.core.CheckedConsumer;
import org.elasticsearch.index.mapper.MapperParsingException;
import org.elasticsearch.index.mapper.MapperService;
import org.elasticsearch.index.mapper.MapperServiceTestCase;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.xcontent.XContentBuilder;
import org.matryoshkasearch.elasticsearch.MatryoshkaPlugin;
import org.matryoshkasearch.lucene.codec.FullVectorEncoding;
import org.matryoshkasearch.lucene.codec.PrefixEncoding;

/** The parameters of a mapping: defaults, limits, updates, and what the errors say. */
public class MatryoshkaVectorMappingTests extends MapperServiceTestCase {

  @Override
  protected Collection<? extends Plugin> getPlugins() {
    return List.of(new MatryoshkaPlugin());
  }

  public void testDefaults() throws IOException {
    VectorOptions options = options(b -> b.field("dims", 1024));
    assertEquals(1024, (int) options.dims());
    assertEquals(256, (int) options.prefixDims());
    assertEquals(VectorSimilarity.COSINE, options.similarity());
    assertEquals(ElementType.FLOAT, options.elementType());
    assertEquals(
        new IndexOptions(GraphType.INT4_HNSW, 16, 100, RescoreVector.ofTargetRecall(0.98f)),
        options.indexOptions());
  }

  public void testDefaultPrefix() throws IOException {
    assertEquals(1, (int) options(b -> b.field("dims", 1)).prefixDims());
    assertEquals(63, (int) options(b -> b.field("dims", 63)).prefixDims());
    assertEquals(64, (int) options(b -> b.field("dims", 128)).prefixDims());
    assertEquals(256, (int) options(b -> b.field("dims", 1024)).prefixDims());
    assertEquals(512, (int) options(b -> b.field("dims", 4096)).prefixDims());
  }

  public void testEveryParameter() throws IOException {
    VectorOptions options =
        options(
            b ->
                b.field("dims", 96)
                    .field("prefix_dims", 24)
                    .field("allow_truncated", true)
                    .field("similarity", "max_inner_product")
                    .field("element_type", "bfloat16")
                    .startObject("index_options")
                    .field("type", "bbq_hnsw")
                    .field("m", 24)
                    .field("ef_construction", 200)
                    .startObject("rescore_vector")
                    .field("oversample", 2.5)
                    .endObject()
                    .endObject());
    assertEquals(
        new VectorOptions(
            96,
            24,
            true,
            true,
            VectorSimilarity.MAX_INNER_PRODUCT,
            ElementType.BFLOAT16,
            new IndexOptions(GraphType.BBQ_HNSW, 24, 200, new RescoreVector(2.5f)),
            Recipe.NONE),
        options);
    assertEquals(FullVectorEncoding.BFLOAT16, options.elementType().encoding());
    assertEquals(PrefixEncoding.BIT1, options.indexOptions().type().encoding());
  }

  public void testMissingIndexOptionsHaveTheirDefaults() throws IOException {
    IndexOptions options =
        options(
                b ->
                    b.field("dims", 96)
                        .startObject("index_options")
                        .field("type", "hnsw")
                        .endObject())
            .indexOptions();
    assertEquals(new IndexOptions(GraphType.HNSW, 16, 100, RescoreVector.DEFAULT), options);
  }

  public void testLimits() {
    assertRefused(
        b -> b.field("dims", 0), "dims [0] of field [field] must be between [1] and [4096]");
    assertRefused(
        b -> b.field("dims", 4097), "dims [4097] of field [field] must be between [1] and [4096]");
    assertRefused(
        b -> b.field("dims", "many"), "field [field]: [dims] must be an integer but was [many]");
    assertRefused(
        b -> b.field("dims", 256).field("prefix_dims", 300),
        "prefix_dims [300] of field [field] must be at least [1] and at most dims [256]");
    assertRefused(
        b -> b.field("dims", 256).field("prefix_dims", 0),
        "prefix_dims [0] of field [field] must be at least [1] and at most dims [256]");
    assertRefused(
        b -> b.field("prefix_dims", 4097),
        "prefix_dims [4097] of field [field] must be at least [1] and at most [4096]");
    assertRefused(
        b -> b.field("dims", 8.5), "field [field]: [dims] must be an integer but was [8.5]");
    assertRefused(
        b -> b.field("dims", 8).field("prefix_dims", "a few"),
        "field [field]: [prefix_dims] must be an integer but was [a few]");
    assertRefused(
        b -> b.field("dims", 8).field("similarity", "manhattan"),
        "field [field]: [similarity] must be one of"
            + " [cosine, dot_product, l2_norm, max_inner_product] but was [manhattan]");
    assertRefused(
        b -> b.field("dims", 8).field("element_type", "byte"),
        "field [field]: [element_type] must be one of [float, bfloat16] but was [byte]");
    assertRefused(
        b -> b.field("dims", 8).field("index_options", "hnsw"),
        "field [field]: [index_options] must be an object but was [hnsw]");
    assertRefused(
        b -> b.field("dims", 8).field("recipe", "whiten"),
        "field [field]: [recipe] must be one of [none, layer_norm] but was [whiten]");
    assertRefused(
        b -> b.field("dims", 8).field("colour", "red"), "unknown parameter [colour] on mapper");
    assertRefused(
        b -> b.field("dims", 8).field("copy_to", "other"),
        "field [field] of type [matryoshka_vector] does not support [copy_to]");
  }

  public void testLimitsOfIndexOptions() {
    assertOptionsRefused(
        b -> b.field("type", "flat"),
        "[index_options.type] must be one of [hnsw, int8_hnsw, int4_hnsw, bbq_hnsw]"
            + " but was [flat]");
    assertOptionsRefused(
        b -> b.field("m", 1), "[index_options.m] must be between [2] and [512] but was [1]");
    assertOptionsRefused(
        b -> b.field("m", 513), "[index_options.m] must be between [2] and [512] but was [513]");
    assertOptionsRefused(
        b -> b.field("m", "few"), "[index_options.m] must be an integer but was [few]");
    assertOptionsRefused(
        b -> b.field("ef_construction", 3201),
        "[index_options.ef_construction] must be between [1] and [3200] but was [3201]");
    assertOptionsRefused(
        b -> b.field("confidence_interval", 1),
        "unknown parameters [confidence_interval] in [index_options]");
    assertOptionsRefused(
        b -> b.startObject("rescore_vector").field("oversample", 0.5).endObject(),
        "[rescore_vector.oversample] must be between [1] and [100] but was [0.5]");
    assertOptionsRefused(
        b -> b.startObject("rescore_vector").field("oversample", "much").endObject(),
        "[rescore_vector.oversample] must be a number but was [much]");
    assertOptionsRefused(
        b -> b.startObject("rescore_vector").endObject(),
        "[rescore_vector] needs [oversample] or [target_recall]");
    assertOptionsRefused(
        b -> b.startObject("rescore_vector").field("target_recall", 1).endObject(),
        "[rescore_vector.target_recall] must be between [0.5] and [0.999] but was [1.0]");
    assertOptionsRefused(
        b ->
            b.startObject("rescore_vector")
                .field("target_recall", 0.9)
                .field("oversample", 3)
                .endObject(),
        "[rescore_vector] needs [oversample] or [target_recall], and does not take both");
    assertOptionsRefused(
        b -> b.field("rescore_vector", 3), "[rescore_vector] must be an object but was [3]");
  }

  public void testNotInMultiFields() {
    Exception e =
        expectThrows(
            MapperParsingException.class,
            () ->
                createMapperService(
                    fieldMapping(
                        b -> {
                          b.field("type", "keyword").startObject("fields").startObject("vector");
                          b.field("type", "matryoshka_vector").field("dims", 8);
                          b.endObject().endObject();
                        })));
    assertThat(e.getMessage(), containsString("can't be used in multifields"));
    assertRefused(
        b -> {
          b.field("dims", 8).startObject("fields").startObject("raw");
          b.field("type", "keyword").endObject().endObject();
        },
        "field [field] of type [matryoshka_vector] does not support [fields]");
  }

  public void testUpdateOfWhatNewSegmentsCanHave() throws IOException {
    MapperService mapperService = createMapperService(vectorField(b -> b.field("dims", 8)));
    merge(
        mapperService,
        vectorField(
            b -> {
              b.field("dims", 8).startObject("index_options");
              b.field("type", "int4_hnsw").field("m", 32).field("ef_construction", 300);
              b.startObject("rescore_vector").field("oversample", 8).endObject().endObject();
            }));
    assertEquals(
        new IndexOptions(GraphType.INT4_HNSW, 32, 300, new RescoreVector(8)),
        options(mapperService).indexOptions());
  }

  /** Whatever an update says again, and in whatever part, the rest stays as it was. */
  public void testWhatAnUpdateLeavesOutStays() throws IOException {
    Map<String, Object> all = new TreeMap<>();
    all.put("dims", 96);
    all.put("prefix_dims", 24);
    all.put("allow_truncated", true);
    all.put("index", true);
    all.put("similarity", "l2_norm");
    all.put("element_type", "bfloat16");
    all.put(
        "index_options",
        Map.of(
            "type",
            "bbq_hnsw",
            "m",
            32,
            "ef_construction",
            200,
            "rescore_vector",
            Map.of("oversample", 20)));
    MapperService mapperService = createMapperService(vectorField(b -> write(b, all)));
    VectorOptions options = options(mapperService);
    for (int i = 0; i < 20; i++) {
      Map<String, Object> part = new TreeMap<>(all);
      part.keySet().retainAll(randomSubsetOf(all.keySet()));
      part.computeIfPresent(
          "index_options",
          (key, value) -> {
            Map<String, Object> some = new TreeMap<>(asMap(value));
            some.keySet().retainAll(randomSubsetOf(some.keySet()));
            return some;
          });
      part.put("meta", Map.of("i", String.valueOf(i)));
      merge(mapperService, vectorField(b -> write(b, part)));
      assertEquals(part.toString(), options, options(mapperService));
      assertEquals(part.get("meta"), mapperService.fieldType("field").meta());
      assertSameFromItsSource(mapperService);
    }
    merge(mapperService, vectorField(b -> write(b, Map.of("index_options", Map.of("m", 16)))));
    merge(
        mapperService,
        vectorField(b -> write(b, Map.of("index_options", Map.of("ef_construction", 100)))));
    assertEquals(
        new IndexOptions(GraphType.BBQ_HNSW, 16, 100, new RescoreVector(20)),
        options(mapperService).indexOptions());
    assertSameFromItsSource(mapperService);
  }

  public void testWhatAnUpdateLeavesOutOfAFieldWithoutIndex() throws IOException {
    MapperService mapperService =
        createMapperService(vectorField(b -> b.field("dims", 8).field("index", false)));
    VectorOptions options = options(mapperService);
    merge(mapperService, vectorField(b -> b.startObject("meta").field("a", "b").endObject()));
    assertEquals(options, options(mapperService));
    for (String parameter : List.of("similarity", "prefix_dims", "index_options")) {
      Object value = Map.of("similarity", "cosine", "prefix_dims", 8).get(parameter);
      Exception e =
          expectThrows(
              MapperParsingException.class,
              () ->
                  merge(
                      mapperService,
                      vectorField(b -> b.field(parameter, value == null ? Map.of() : value))));
      assertThat(e.getMessage(), containsString("[" + parameter + "] of field [field] can only"));
    }
  }

  /** What says how to index is refused where nothing is, even if it says what is the default. */
  public void testWithoutIndex() throws IOException {
    for (CheckedConsumer<XContentBuilder, IOException> parameter :
        List.<CheckedConsumer<XContentBuilder, IOException>>of(
            b -> b.field("similarity", "cosine"),
            b -> b.field("prefix_dims", 8),
            b -> b.field("allow_truncated", false),
            b -> b.startObject("index_options").endObject())) {
      assertRefused(
          b -> {
            b.field("dims", 8).field("index", false);
            parameter.accept(b);
          },
          "of field [field] can only be set where [index] is [true]");
    }
  }

  /** A node that gets the mapping reads what the node has that changed it. */
  private void assertSameFromItsSource(MapperService mapperService) throws IOException {
    CompressedXContent source = mapperService.documentMapper().mappingSource();
    MapperService fresh = createMapperService(mapping(b -> {}));
    fresh.merge("_doc", source, MapperService.MergeReason.MAPPING_RECOVERY);
    assertEquals(options(mapperService), options(fresh));
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> asMap(Object value) {
    return (Map<String, Object>) value;
  }

  private static void write(XContentBuilder builder, Map<String, Object> parameters)
      throws IOException {
    for (Map.Entry<String, Object> parameter : parameters.entrySet()) {
      builder.field(parameter.getKey(), parameter.getValue());
    }
  }

  public void testUpdateOfWhatCannotChange() throws IOException {
    MapperService mapperService =
        createMapperService(vectorField(b -> b.field("dims", 8).field("prefix_dims", 4)));
    Exception e =
        expectThrows(
            IllegalArgumentException.class,
            () ->
                merge(mapperService, vectorField(b -> b.field("dims", 8).field("prefix_dims", 6))));
    assertThat(e.getMessage(), containsString("Cannot update parameter [prefix_dims] from [4]"));
    assertThat(e.getMessage(), containsString("reindex into a new index"));
    assertEquals(4, (int) options(mapperService).prefixDims());
  }

  public void testScoresOfSimilarities() {
    assertEquals(0.75f, VectorSimilarity.COSINE.score(0.5f), 0);
    assertEquals(0.75f, VectorSimilarity.DOT_PRODUCT.score(0.5f), 0);
    assertEquals(0.2f, VectorSimilarity.L2_NORM.score(2), 0);
    assertEquals(3f, VectorSimilarity.MAX_INNER_PRODUCT.score(2), 0);
    assertEquals(1 / 3f, VectorSimilarity.MAX_INNER_PRODUCT.score(-2), 0);
  }

  public void testCandidates() {
    assertEquals(50, new RescoreVector(5).rescored(10));
    assertEquals(26, new RescoreVector(2.55f).rescored(10));
    assertEquals(10_000, new RescoreVector(100).rescored(5_000));
    assertEquals(10_000, new RescoreVector(1).rescored(10_000));
  }

  private void assertOptionsRefused(
      CheckedConsumer<XContentBuilder, IOException> indexOptions, String message) {
    assertRefused(
        b -> {
          b.field("dims", 8).startObject("index_options");
          indexOptions.accept(b);
          b.endObject();
        },
        "field [field]: " + message);
  }

  private void assertRefused(
      CheckedConsumer<XContentBuilder, IOException> parameters, String message) {
    Exception e =
        expectThrows(
            MapperParsingException.class, () -> createMapperService(vectorField(parameters)));
    assertThat(e.getMessage(), containsString(message));
  }

  private VectorOptions options(CheckedConsumer<XContentBuilder, IOException> parameters)
      throws IOException {
    return options(createMapperService(vectorField(parameters)));
  }

  private static VectorOptions options(MapperService mapperService) {
    return ((MatryoshkaVectorFieldType) mapperService.fieldType("field")).options();
  }

  private static XContentBuilder vectorField(
      CheckedConsumer<XContentBuilder, IOException> parameters) throws IOException {
    return fieldMapping(
        b -> {
          b.field("type", "matryoshka_vector");
          parameters.accept(b);
        });
  }
}
