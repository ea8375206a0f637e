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
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.search.Query;
import org.elasticsearch.common.io.stream.StreamInput;
import org.elasticsearch.common.io.stream.StreamOutput;
import org.elasticsearch.common.io.stream.Writeable;
import org.elasticsearch.index.query.QueryBuilder;
import org.elasticsearch.index.query.QueryRewriteContext;
import org.elasticsearch.index.query.SearchExecutionContext;
import org.elasticsearch.xcontent.ParseField;
import org.elasticsearch.xcontent.ToXContentFragment;
import org.elasticsearch.xcontent.XContentBuilder;

/**
 * What documents must match to be searched: the parameters {@code filter} and {@code
 * auto_prefiltering}.
 *
 * @param queries each of them must match; empty for all documents
 * @param automatic whether what the {@code bool} queries around this one demand ({@code must},
 *     {@code filter}, {@code must_not}) filters the search too, instead of its hits
 */
public record Prefilters(List<QueryBuilder> queries, boolean automatic)
    implements Writeable, ToXContentFragment {

  static final ParseField FILTER = new ParseField("filter");
  static final ParseField AUTOMATIC = new ParseField("auto_prefiltering");

  /** Copies the list. */
  public Prefilters {
    queries = List.copyOf(queries);
  }

  /** These queries and nothing automatic. */
  public static Prefilters of(QueryBuilder... queries) {
    return new Prefilters(List.of(queries), false);
  }

  static Prefilters read(StreamInput in) throws IOException {
    return new Prefilters(
        in.readNamedWriteableCollectionAsList(QueryBuilder.class), in.readBoolean());
  }

  @Override
  public void writeTo(StreamOutput out) throws IOException {
    out.writeNamedWriteableCollection(queries);
    out.writeBoolean(automatic);
  }

  @Override
  public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
    if (queries.isEmpty() == false) {
      builder.xContentList(FILTER.getPreferredName(), queries);
    }
    if (automatic) {
      builder.field(AUTOMATIC.getPreferredName(), true);
    }
    return builder;
  }

  /** Rewrites each query; this where that changes none. */
  @SuppressWarnings("ReferenceEquality") // a rewrite says by identity that there was nothing to do
  Prefilters rewrite(QueryRewriteContext context) throws IOException {
    boolean changed = false;
    List<QueryBuilder> rewritten = new ArrayList<>(queries.size());
    for (QueryBuilder query : queries) {
      QueryBuilder now = query.rewrite(context);
      changed |= now != query;
      rewritten.add(now);
    }
    return changed ? new Prefilters(rewritten, automatic) : this;
  }

  /** The Lucene queries, some of which may be about the parents of the documents to search. */
  List<Query> toQueries(SearchExecutionContext context, Surroundings around) throws IOException {
    List<Query> all = new ArrayList<>();
    if (automatic) {
      all.addAll(around.demands());
    }
    for (QueryBuilder query : queries) {
      all.add(query.toQuery(context));
    }
    return all;
  }
}
