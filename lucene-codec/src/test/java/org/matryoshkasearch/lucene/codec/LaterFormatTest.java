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
package org.matryoshkasearch.lucene.codec;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.matryoshkasearch.lucene.internal.files.LaterFormatException;

/** Files that a later library wrote are refused in words that say what to do. */
public class LaterFormatTest extends LuceneTestCase {

  public void testEachPairOfFilesOfALaterVersionIsRefused() throws IOException {
    try (Directory directory = new ByteBuffersDirectory()) {
      MatryoshkaHnswVectorsFormat format = new MatryoshkaHnswVectorsFormat(2);
      IndexWriterConfig config =
          new IndexWriterConfig()
              .setUseCompoundFile(false)
              .setCodec(new MatryoshkaCodec(TestUtil.getDefaultCodec(), field -> format));
      try (IndexWriter writer = new IndexWriter(directory, config)) {
        Document document = new Document();
        document.add(new KnnFloatVectorField("embedding", new float[] {1, 2, 3, 4}));
        writer.addDocument(document);
      }
      for (String extension : List.of("vemq", "dvm", "vem")) {
        assertRefused(directory, extension);
      }
    }
  }

  private static void assertRefused(Directory directory, String extension) throws IOException {
    String file =
        Arrays.stream(directory.listAll())
            .filter(name -> name.endsWith("." + extension))
            .findFirst()
            .orElseThrow();
    byte[] bytes;
    int known;
    int versionAt;
    try (IndexInput in = directory.openInput(file, IOContext.READONCE)) {
      bytes = new byte[(int) in.length()];
      in.readBytes(bytes, 0, bytes.length);
      in.seek(Integer.BYTES); // the magic number
      versionAt = CodecUtil.headerLength(in.readString()) - Integer.BYTES;
      known = ByteBuffer.wrap(bytes).getInt(versionAt);
    }
    byte[] later = bytes.clone();
    ByteBuffer.wrap(later).putInt(versionAt, known + 3);
    CRC32 checksum = new CRC32();
    checksum.update(later, 0, later.length - Long.BYTES);
    ByteBuffer.wrap(later).putLong(later.length - Long.BYTES, checksum.getValue());
    write(directory, file, later);
    LaterFormatException error =
        expectThrows(LaterFormatException.class, () -> DirectoryReader.open(directory).close());
    assertEquals(
        "file ["
            + file
            + "] of field [embedding] has format version ["
            + (known + 3)
            + "], the latest that is known here is ["
            + known
            + "]: use the plugin or library that wrote it, or a later one",
        error.getMessage());
    write(directory, file, bytes);
    DirectoryReader.open(directory).close();
  }

  private static void write(Directory directory, String file, byte[] bytes) throws IOException {
    directory.deleteFile(file);
    try (IndexOutput out = directory.createOutput(file, IOContext.DEFAULT)) {
      out.writeBytes(bytes, bytes.length);
    }
  }
}
