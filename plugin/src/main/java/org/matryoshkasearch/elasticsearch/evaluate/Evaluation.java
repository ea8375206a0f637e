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
package org.matryoshkasearch.elasticsearch.evaluate;

import java.io.IOException;
import java.util.List;
import org.apache.lucene.util.RamUsageEstimator;
import org.elasticsearch.common.io.stream.StreamInput;
import org.elasticsearch.common.io.stream.StreamOutput;
import org.elasticsearch.common.io.stream.Writeable;
import org.elasticsearch.core.TimeValue;
import org.elasticsearch.index.query.QueryBuilder;
import org.matryoshkasearch.elasticsearch.mapper.GraphType;
import org.matryoshkasearch.elasticsearch.mapper.RescoreVector;
import org.matryoshkasearch.lucene.search.MatryoshkaKnnQuery;

/**
 * What to evaluate.
 *
 * @param field its full path
 * @param k how many neighbours are to be found in each shard, 1 to 1000
 * @param targetRecalls 0.5 to 0.999 each; the highest is to be reached; empty for that of the
 *     field, or 0.98
 * @param queries vectors to search for, at most 1000; empty to take documents
 * @param sample how many documents are queries, over all shards, 1 to 1000; null with queries
 * @param prefixDims lengths of prefixes, besides the present one; empty for powers of two
 * @param types codes, besides the present one; empty for all
 * @param oversample rows a hit to show recall for, 1 to 100 each
 * @param numCandidates rows to show recall for, k to 10,000 each
 * @param filters what documents must match, each of them
 * @param maxDocuments with how many vectors of a shard other settings are tried, 100 to 5,000,000
 * @param timeout for each shard, one hour at most
 */
record Evaluation(
    String field,
    int k,
    List<Double> targetRecalls,
    List<float[]> queries,
    Integer sample,
    List<Integer> prefixDims,
    List<GraphType> types,
    List<Float> oversample,
    List<Integer> numCandidates,
    List<QueryBuilder> filters,
    int maxDocuments,
    TimeValue timeout)
    implements Writeable {

  static final int DEFAULT_K = 10;
  static final int DEFAULT_MAX_DOCUMENTS = 100_000;
  static final TimeValue DEFAULT_TIMEOUT = TimeValue.timeValueMinutes(10);
  static final int MAX_QUERIES = 1000;

  /**
   * Prefixes that are tried where the request names none, whatever the dims, and the present one.
   */
  private static final int MOST_DEFAULT_PREFIXES = 9;

  private static final int MAX_K = 1000;
  private static final int DEFAULT_SAMPLE = 100;
  private static final int MOST_IN_A_LIST = 16;
  private static final int WIRE_VERSION = 1;

  Evaluation {
    targetRecalls = List.copyOf(targetRecalls);
    queries = List.copyOf(queries);
    prefixDims = List.copyOf(prefixDims);
    types = List.copyOf(types);
    oversample = List.copyOf(oversample);
    numCandidates = List.copyOf(numCandidates);
    filters = List.copyOf(filters);
    checkRange("k", k, 1, MAX_K);
    checkLength("target_recall", targetRecalls);
    targetRecalls.forEach(
        target ->
            checkRange(
                "target_recall",
                target,
                MatryoshkaKnnQuery.LEAST_RECALL,
                MatryoshkaKnnQuery.MOST_RECALL));
    if (queries.isEmpty() == false && sample != null) {
      throw new IllegalArgumentException("only one of [queries] and [sample] must be provided");
    }
    if (queries.isEmpty() && sample == null) {
      sample = DEFAULT_SAMPLE;
    }
    if (sample != null) {
      checkRange("sample", sample, 1, MAX_QUERIES);
    }
    checkRange("queries", queries.size(), 0, MAX_QUERIES);
    checkLength("prefix_dims", prefixDims);
    checkLength("oversample", oversample);
    checkLength("num_candidates", numCandidates);
    oversample.forEach(factor -> checkRange("oversample", factor, 1, 100));
    int least = k;
    numCandidates.forEach(
        n -> checkRange("num_candidates", n, least, RescoreVector.MAX_CANDIDATES));
    checkRange("max_documents", maxDocuments, 100, 5_000_000);
    checkRange("timeout in seconds", timeout.secondsFrac(), 0.001, 3600);
  }

  static void checkRange(String name, double value, double min, double max) {
    // what is no number is in no range
    boolean inRange = value >= min && value <= max;
    if (inRange == false) {
      throw new IllegalArgumentException(
          "["
              + name
              + "] must be between ["
              + plain(min)
              + "] and ["
              + plain(max)
              + "] but was ["
              + plain(value)
              + "]");
    }
  }

  private static String plain(double number) {
    return number == Math.rint(number) && Math.abs(number) < 1e15
        ? Long.toString((long) number)
        : Double.toString(number);
  }

  private static void checkLength(String name, List<?> list) {
    if (list.size() > MOST_IN_A_LIST) {
      throw new IllegalArgumentException(
          "["
              + name
              + "] must have at most ["
              + MOST_IN_A_LIST
              + "] elements but has ["
              + list.size()
              + "]");
    }
  }

  /** How many documents of a shard are queries. */
  int sampleOf(int shards) {
    return queries.isEmpty() ? Math.ceilDiv(sample, shards) : 0;
  }

  /**
   * About how many bytes the node that asks so many shards keeps at most until all have answered:
   * what they are asked, and the places of neighbours that they answer, once more when joined.
   */
  long ramBytes(int shards) {
    int prefixes = prefixDims.isEmpty() ? MOST_DEFAULT_PREFIXES : prefixDims.size() + 1;
    int codes = types.isEmpty() ? GraphType.values().length : types.size() + 1;
    long ofQuery =
        2L
            * prefixes
            * codes
            * (RamUsageEstimator.NUM_BYTES_ARRAY_HEADER + (long) k * Integer.BYTES);
    long asked = queries.stream().mapToLong(query -> (long) query.length * Float.BYTES).sum();
    return shards * (asked + (queries.size() + sampleOf(shards)) * ofQuery);
  }

  /** The same with other filters. */
  Evaluation withFilters(List<QueryBuilder> others) {
    return new Evaluation(
        field,
        k,
        targetRecalls,
        queries,
        sample,
        prefixDims,
        types,
        oversample,
        numCandidates,
        others,
        maxDocuments,
        timeout);
  }

  static Evaluation read(StreamInput in) throws IOException {
    int version = in.readVInt();
    if (version != WIRE_VERSION) {
      throw new IllegalArgumentException(
          "evaluate of wire version ["
              + version
              + "] cannot be read by this node, whose plugin reads version ["
              + WIRE_VERSION
              + "]: install the same version of the plugin on all nodes");
    }
    return new Evaluation(
        in.readString(),
        in.readVInt(),
        in.readCollectionAsList(StreamInput::readDouble),
        in.readCollectionAsList(StreamInput::readFloatArray),
        in.readOptionalVInt(),
        in.readCollectionAsList(StreamInput::readVInt),
        in.readCollectionAsList(from -> GraphType.of(from.readString())),
        in.readCollectionAsList(StreamInput::readFloat),
        in.readCollectionAsList(StreamInput::readVInt),
        in.readNamedWriteableCollectionAsList(QueryBuilder.class),
        in.readVInt(),
        in.readTimeValue());
  }

  @Override
  public void writeTo(StreamOutput out) throws IOException {
    out.writeVInt(WIRE_VERSION);
    out.writeString(field);
    out.writeVInt(k);
    out.writeCollection(targetRecalls, StreamOutput::writeDouble);
    out.writeCollection(queries, StreamOutput::writeFloatArray);
    out.writeOptionalVInt(queries.isEmpty() ? sample : null);
    out.writeCollection(prefixDims, StreamOutput::writeVInt);
    out.writeCollection(types, (to, type) -> to.writeString(type.toString()));
    out.writeCollection(oversample, StreamOutput::writeFloat);
    out.writeCollection(numCandidates, StreamOutput::writeVInt);
    out.writeNamedWriteableCollection(filters);
    out.writeVInt(maxDocuments);
    out.writeTimeValue(timeout);
  }
}
