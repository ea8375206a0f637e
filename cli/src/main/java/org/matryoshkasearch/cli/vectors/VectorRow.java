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
package org.matryoshkasearch.cli.vectors;

/**
 * One vector of a set.
 *
 * @param row its place in the set, from 0
 * @param vector the components; finite, not all zero
 * @param title a short name for people, or null
 * @param text what was embedded, or null
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier between two loops, never compared
public record VectorRow(long row, float[] vector, String title, String text) {

  /** The same row under another title. */
  VectorRow withTitle(String newTitle) {
    return new VectorRow(row, vector, newTitle, text);
  }
}
