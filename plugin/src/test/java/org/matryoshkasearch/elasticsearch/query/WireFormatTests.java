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
import java.util.HexFormat;
import java.util.List;
import org.elasticsearch.common.bytes.BytesArray;
import org.elasticsearch.common.bytes.BytesReference;
import org.elasticsearch.common.io.stream.BytesStreamOutput;
import org.elasticsearch.common.io.stream.NamedWriteableAwareStreamInput;
import org.elasticsearch.common.io.stream.NamedWriteableRegistry;
import org.elasticsearch.common.io.stream.StreamInput;
import org.elasticsearch.common.io.stream.Writeable;
import org.elasticsearch.index.query.MatchAllQueryBuilder;
import org.elasticsearch.index.query.QueryBuilder;
import org.elasticsearch.test.ESTestCase;
import org.matryoshkasearch.elasticsearch.mapper.RescoreVector;
import org.matryoshkasearch.elasticsearch.mapper.VisibleFields;
import org.matryoshkasearch.lucene.search.FunnelStage;

/** What nodes with other versions of the plugin send and read. */
public class WireFormatTests extends ESTestCase {
  private static final VisibleFields ALL = new VisibleFields();
  private static final Writeable.Reader<MatryoshkaKnnQueryBuilder> KNN =
      in -> new MatryoshkaKnnQueryBuilder(in, ALL);
  private static final Writeable.Reader<ExactMatryoshkaQueryBuilder> EXACT =
      in -> new ExactMatryoshkaQueryBuilder(in, ALL);

  /** As version 1 wrote it. Should this test fail, older nodes cannot read what is sent now. */
  private static final String VERSION_1 =
      "4000000001016e01016601033f8000003f0000003e8000000000010a01640140a0000000000102140109"
          + "6d617463685f616c6c3f8000000001013f0000000000";

  private static final String EXACT_VERSION_1 = "3f800000000101660001044141413d000000";

  private static final String END_OF_VERSION_1 = "00";

  private static QueryBuilder query() {
    return new MatryoshkaKnnQueryBuilder(
            "f",
            QueryVector.of(new float[] {1, 0.5f, 0.25f}),
            new SearchSize(10, 100, new RescoreVector(5)),
            List.of(new FunnelStage(2, 20)),
            new Prefilters(List.of(new MatchAllQueryBuilder()), true),
            0.5f)
        .boost(2)
        .queryName("n");
  }

  private static QueryBuilder exact() {
    return new ExactMatryoshkaQueryBuilder("f", QueryVector.of("AAA="), null, ALL);
  }

  private static String written(Writeable query) throws IOException {
    try (BytesStreamOutput out = new BytesStreamOutput()) {
      query.writeTo(out);
      return HexFormat.of().formatHex(BytesReference.toBytes(out.bytes()));
    }
  }

  private static QueryBuilder read(String hex, Writeable.Reader<? extends QueryBuilder> reader)
      throws IOException {
    NamedWriteableRegistry registry =
        new NamedWriteableRegistry(
            List.of(
                new NamedWriteableRegistry.Entry(
                    QueryBuilder.class, MatchAllQueryBuilder.NAME, MatchAllQueryBuilder::new)));
    try (StreamInput in =
        new NamedWriteableAwareStreamInput(
            new BytesArray(HexFormat.of().parseHex(hex)).streamInput(), registry)) {
      QueryBuilder read = reader.read(in);
      assertEquals("all is read", -1, in.read());
      return read;
    }
  }

  public void testVersion1() throws IOException {
    assertEquals(VERSION_1, written(query()));
    assertEquals(query(), read(VERSION_1, KNN));
    assertEquals(EXACT_VERSION_1, written(exact()));
    assertEquals(exact(), read(EXACT_VERSION_1, EXACT));
  }

  /** A message of version 1 with parameters that a later plugin has added. */
  private static String withParameters(String message, boolean required) throws IOException {
    assertTrue(message.endsWith(END_OF_VERSION_1));
    try (BytesStreamOutput more = new BytesStreamOutput()) {
      more.writeVInt(2);
      more.writeString("hint");
      more.writeBoolean(false);
      more.writeByteArray(randomByteArrayOfLength(randomIntBetween(0, 300)));
      more.writeString("novelty");
      more.writeBoolean(required);
      more.writeByteArray(randomByteArrayOfLength(randomIntBetween(0, 300)));
      return message.substring(0, message.length() - END_OF_VERSION_1.length())
          + HexFormat.of().formatHex(BytesReference.toBytes(more.bytes()));
    }
  }

  public void testParametersOfALaterPlugin() throws IOException {
    assertEquals(query(), read(withParameters(VERSION_1, false), KNN));
    assertEquals(exact(), read(withParameters(EXACT_VERSION_1, false), EXACT));
    assertRefused(
        "parameter [novelty] of [matryoshka_knn] is not known to this node",
        withParameters(VERSION_1, true),
        KNN);
    assertRefused(
        "parameter [novelty] of [exact_matryoshka] is not known to this node",
        withParameters(EXACT_VERSION_1, true),
        EXACT);
  }

  /** Boost and name come first, Elasticsearch's own; then the version. */
  public void testLaterVersion() {
    String header = "40000000" + "01016e";
    assertTrue(VERSION_1.startsWith(header + "01"));
    assertRefused(
        "[matryoshka_knn] of wire version [2] cannot be read by this node",
        header + "02" + VERSION_1.substring(header.length() + 2),
        KNN);
  }

  private static void assertRefused(
      String text, String message, Writeable.Reader<? extends QueryBuilder> reader) {
    Exception e = expectThrows(IllegalArgumentException.class, () -> read(message, reader));
    assertTrue(e.getMessage(), e.getMessage().startsWith(text));
  }
}
