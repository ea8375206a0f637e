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
 * {@code POST /{index}/_matryoshka/evaluate}: what the searches of a field find, and what they would
 * find with other prefixes and codes.
 *
 * <p>Each shard evaluates itself ({@code ShardEvaluation}), within bounds ({@code ShardGuard}); what
 * shards found is joined in {@code EvaluateResponse}.
 */
package org.matryoshkasearch.elasticsearch.evaluate;
