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

import java.util.Objects;
import java.util.function.Function;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.FilterCodec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;

/**
 * Writes vector fields in a format of choice, and everything else as another codec does.
 *
 * <p>Give it to {@link org.apache.lucene.index.IndexWriterConfig#setCodec}. It is for writing
 * alone: segments carry the name of the codec behind it, and each vector field that of its format,
 * so that whoever has this library on the class path can read them without naming any codec.
 */
public final class MatryoshkaCodec extends FilterCodec {
  private final PerFieldKnnVectorsFormat vectorsFormat;

  /**
   * Lucene's default codec, with every vector field in one format.
   *
   * @throws IllegalArgumentException if the default codec has no per-field vector formats
   */
  public MatryoshkaCodec(KnnVectorsFormat format) {
    this(Codec.getDefault(), always(format));
  }

  /**
   * Any codec, with a format for each vector field.
   *
   * @param delegate writes all but the vectors; its vectors format must be a {@link
   *     PerFieldKnnVectorsFormat}, as it is in Lucene's own codecs
   * @param formatOfField gives the format for the name of a field, or null for the delegate's own;
   *     fields that get the same instance share their files. It is asked by several threads.
   * @throws IllegalArgumentException if the delegate has no per-field vector formats
   */
  public MatryoshkaCodec(Codec delegate, Function<String, KnnVectorsFormat> formatOfField) {
    super(delegate.getName(), delegate);
    Objects.requireNonNull(formatOfField, "formatOfField");
    if (!(delegate.knnVectorsFormat() instanceof PerFieldKnnVectorsFormat ofDelegate)) {
      throw new IllegalArgumentException(
          "codec ["
              + delegate.getName()
              + "] must choose its vectors format per field, has ["
              + delegate.knnVectorsFormat().getName()
              + "]");
    }
    vectorsFormat =
        new PerFieldKnnVectorsFormat() {
          @Override
          public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
            KnnVectorsFormat format = formatOfField.apply(field);
            return format != null ? format : ofDelegate.getKnnVectorsFormatForField(field);
          }
        };
  }

  private static Function<String, KnnVectorsFormat> always(KnnVectorsFormat format) {
    Objects.requireNonNull(format, "format");
    return field -> format;
  }

  @Override
  public KnnVectorsFormat knnVectorsFormat() {
    return vectorsFormat;
  }
}
