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

import org.apache.lucene.search.VectorScorer;

/**
 * Scores of stored vectors, by as many leading dimensions as the target has: never of the codes of
 * their prefixes.
 *
 * <p>What {@code FloatVectorValues#rescorer} gives, in bulk, where the vectors are of our format. A
 * reader may wrap such vectors without handing on {@code rescorer}; Lucene then scores prefixes,
 * and says nothing. So whoever needs full scores asks whether they are of this kind.
 */
public interface FullVectorBulk extends VectorScorer.Bulk {}
