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

import static org.elasticsearch.rest.RestRequest.Method.POST;

import java.io.IOException;
import java.util.List;
import org.elasticsearch.action.support.IndicesOptions;
import org.elasticsearch.client.internal.node.NodeClient;
import org.elasticsearch.common.Strings;
import org.elasticsearch.rest.BaseRestHandler;
import org.elasticsearch.rest.RestRequest;
import org.elasticsearch.rest.action.RestCancellableNodeClient;
import org.elasticsearch.rest.action.RestToXContentListener;
import org.elasticsearch.xcontent.XContentParser;

/** {@code POST /{index}/_matryoshka/evaluate}. */
public final class RestEvaluateAction extends BaseRestHandler {

  /** Called by the plugin. */
  public RestEvaluateAction() {}

  @Override
  public String getName() {
    return "matryoshka_evaluate";
  }

  @Override
  public List<Route> routes() {
    return List.of(new Route(POST, "/{index}/_matryoshka/evaluate"));
  }

  @Override
  protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client)
      throws IOException {
    String[] indices = Strings.splitStringByCommaToArray(request.param("index"));
    EvaluateRequest evaluate;
    try (XContentParser parser = request.contentParser()) {
      evaluate = new EvaluateRequest(EvaluationBody.parse(parser), indices);
    }
    evaluate.indicesOptions(IndicesOptions.fromRequest(request, evaluate.indicesOptions()));
    // a client that goes away ends it
    return channel ->
        new RestCancellableNodeClient(client, request.getHttpChannel())
            .execute(EvaluateAction.INSTANCE, evaluate, new RestToXContentListener<>(channel));
  }
}
