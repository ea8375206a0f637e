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
/**
 * What a prefix of given vectors is worth, measured before there is an index or beside one: how
 * much of the true nearest neighbours a search by prefix finds for each length of prefix, each code
 * and each number of rescored rows, which setting reaches a recall with the least memory, and
 * whether the vectors are nested at all.
 *
 * <p>Begin with {@link org.matryoshkasearch.lucene.analysis.PrefixAnalysis}.
 */
package org.matryoshkasearch.lucene.analysis;
