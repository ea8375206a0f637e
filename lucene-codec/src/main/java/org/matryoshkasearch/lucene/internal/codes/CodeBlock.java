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
package org.matryoshkasearch.lucene.internal.codes;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.lucene.store.DataOutput;

/**
 * Codes of a block of prefixes in memory, outside of the heap. They are made and scored by what
 * makes and scores those of a segment: their scores are those that a search sees. One thread's.
 */
public final class CodeBlock {
  private final ByteBuffer bytes;
  private final PrefixCodesWriter writer;
  private final CodeRows rows;
  private final int[] ords;
  private int size;

  /**
   * An empty block.
   *
   * @param quantizer quantises documents for no other thread
   * @param most how many prefixes it takes
   */
  public CodeBlock(PrefixQuantizer quantizer, int most) {
    bytes = ByteBuffer.allocateDirect(most * quantizer.rowBytes()).order(ByteOrder.LITTLE_ENDIAN);
    writer = new PrefixCodesWriter(quantizer, new BufferOutput(bytes));
    rows = CodeRows.of(quantizer, bytes);
    ords = new int[most];
    for (int i = 0; i < most; i++) {
      ords[i] = i;
    }
  }

  /** Forgets all codes. */
  public void clear() {
    bytes.clear();
    size = 0;
  }

  /** Codes a comparable prefix. */
  public void add(float[] prefix) throws IOException {
    writer.add(prefix);
    size++;
  }

  /** Sets {@code scores[i]} to that of the i-th prefix that was added, for all of them. */
  public void score(QuantizedPrefix query, float[] scores) throws IOException {
    rows.setQuery(query);
    rows.bulkScore(ords, scores, size);
  }

  private static final class BufferOutput extends DataOutput {
    private final ByteBuffer to;

    BufferOutput(ByteBuffer to) {
      this.to = to;
    }

    @Override
    public void writeByte(byte b) {
      to.put(b);
    }

    @Override
    public void writeBytes(byte[] from, int offset, int length) {
      to.put(from, offset, length);
    }

    @Override
    public void writeInt(int value) {
      to.putInt(value);
    }
  }
}
