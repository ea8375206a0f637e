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

import static org.elasticsearch.core.Strings.format;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.SegmentReader;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.common.util.BigArrays;
import org.elasticsearch.index.codec.CodecProvider;
import org.elasticsearch.index.codec.CodecService;
import org.elasticsearch.index.mapper.MapperService;
import org.elasticsearch.index.mapper.MapperServiceTestCase;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.xcontent.XContentBuilder;
import org.matryoshkasearch.elasticsearch.MatryoshkaPlugin;
import org.matryoshkasearch.elasticsearch.dense.DenseVectorPrefixes;

/** What the wrapped codec writes, beside what Elasticsearch's own would. */
public class MatryoshkaCodecProviderTests extends MapperServiceTestCase {

  @Override
  protected Collection<? extends Plugin> getPlugins() {
    return List.of(new MatryoshkaPlugin());
  }

  private static XContentBuilder elasticsearchFields(XContentBuilder builder) throws IOException {
    builder.startObject("title").field("type", "text").endObject();
    builder.startObject("tag").field("type", "keyword").endObject();
    builder.startObject("dense").field("type", "dense_vector").field("dims", 2);
    return builder.field("index", true).endObject();
  }

  private static CodecProvider wrapped(MapperService mapperService) {
    return new MatryoshkaCodecProvider(
        plain(mapperService),
        new VectorFormats(mapperService, DenseVectorPrefixes.of(Settings.EMPTY), 1, null));
  }

  private static CodecProvider plain(MapperService mapperService) {
    return new CodecService(mapperService, BigArrays.NON_RECYCLING_INSTANCE, null);
  }

  public void testIndexWithoutOurFieldIsWrittenAsWithoutThePlugin() throws IOException {
    MapperService mapperService =
        createMapperService(mapping(MatryoshkaCodecProviderTests::elasticsearchFields));
    for (String name :
        List.of(CodecService.DEFAULT_CODEC, CodecService.LEGACY_BEST_COMPRESSION_CODEC)) {
      assertEquals(
          written(mapperService, plain(mapperService).codec(name)),
          written(mapperService, wrapped(mapperService).codec(name)));
    }
  }

  public void testNamesOfCodecsStay() throws IOException {
    MapperService mapperService =
        createMapperService(mapping(MatryoshkaCodecProviderTests::elasticsearchFields));
    CodecProvider plain = plain(mapperService);
    CodecProvider wrapped = wrapped(mapperService);
    assertArrayEquals(plain.availableCodecs(), wrapped.availableCodecs());
    for (String name :
        List.of(CodecService.DEFAULT_CODEC, CodecService.LEGACY_BEST_COMPRESSION_CODEC)) {
      assertEquals(plain.codec(name).getName(), wrapped.codec(name).getName());
    }
  }

  public void testOurFieldHasOurFormat() throws IOException {
    MapperService mapperService =
        createMapperService(
            mapping(
                b -> {
                  elasticsearchFields(b).startObject("ours");
                  b.field("type", "matryoshka_vector").field("dims", 2).endObject();
                }));
    Map<String, String> written =
        written(mapperService, wrapped(mapperService).codec(CodecService.DEFAULT_CODEC));
    assertEquals("MatryoshkaHnsw", written.get("format of ours"));
    assertEquals("Lucene104", written.get("codec"));
    Map<String, String> plain =
        written(mapperService, plain(mapperService).codec(CodecService.DEFAULT_CODEC));
    assertEquals(plain.get("format of dense"), written.get("format of dense"));
  }

  /** The files of a segment with their lengths, and the formats that it names. */
  private Map<String, String> written(MapperService mapperService, Codec codec) throws IOException {
    Map<String, String> written = new TreeMap<>();
    try (Directory directory = new ByteBuffersDirectory()) {
      IndexWriterConfig config = new IndexWriterConfig(new StandardAnalyzer()).setCodec(codec);
      config.setUseCompoundFile(false);
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        for (int i = 0; i < 10; i++) {
          String json =
              format(
                  "{\"title\": \"a title\", \"tag\": \"%1$d\", \"dense\": %2$s, \"ours\": %2$s}",
                  i, "[1, " + i + "]");
          writer.addDocument(mapperService.documentMapper().parse(source(json)).rootDoc());
        }
      }
      for (String file : directory.listAll()) {
        written.put(file, String.valueOf(directory.fileLength(file)));
      }
      try (DirectoryReader reader = DirectoryReader.open(directory)) {
        LeafReader leaf = getOnlyLeafReader(reader);
        SegmentReader segment = (SegmentReader) leaf;
        written.put("codec", segment.getSegmentInfo().info.getCodec().getName());
        for (FieldInfo field : leaf.getFieldInfos()) {
          written.put(
              "format of " + field.name,
              field.getAttribute(PerFieldKnnVectorsFormat.PER_FIELD_FORMAT_KEY));
        }
      }
    }
    return written;
  }
}
