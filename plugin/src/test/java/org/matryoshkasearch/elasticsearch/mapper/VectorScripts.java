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
package org.matryoshkasearch.elasticsearch.mapper;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.index.mapper.vectors.DenseVectorScriptDocValues;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.plugins.ScriptPlugin;
import org.elasticsearch.script.DocReader;
import org.elasticsearch.script.ScoreScript;
import org.elasticsearch.script.ScriptContext;
import org.elasticsearch.script.ScriptEngine;
import org.elasticsearch.script.VectorScoreScriptUtils;
import org.elasticsearch.script.field.vectors.DenseVector;
import org.elasticsearch.script.field.vectors.DenseVectorDocValuesField;
import org.elasticsearch.search.lookup.SearchLookup;

/**
 * A script language whose few scripts call what painless calls. Each has the parameters {@code
 * field} and, as a list, {@code query}; what may be negative is one greater.
 */
public final class VectorScripts extends Plugin implements ScriptPlugin {
  static final String LANGUAGE = "vectors";

  /** The value of a script for a document. */
  private interface Function {
    double apply(ScoreScript script, Object query, String field);
  }

  /** What painless does for the source that is the key. */
  private static final Map<String, Function> SCRIPTS =
      Map.of(
          "cosineSimilarity(params.query, params.field) + 1",
          (script, query, field) ->
              new VectorScoreScriptUtils.CosineSimilarity(script, query, field).cosineSimilarity()
                  + 1,
          "dotProduct(params.query, params.field) + 1",
          (script, query, field) ->
              new VectorScoreScriptUtils.DotProduct(script, query, field).dotProduct() + 1,
          "l1norm(params.query, params.field)",
          (script, query, field) ->
              new VectorScoreScriptUtils.L1Norm(script, query, field).l1norm(),
          "l2norm(params.query, params.field)",
          (script, query, field) ->
              new VectorScoreScriptUtils.L2Norm(script, query, field).l2norm(),
          "doc[params.field].vectorValue[0]",
          (script, query, field) -> docValues(script, field).getVectorValue()[0],
          "doc[params.field].magnitude",
          (script, query, field) -> docValues(script, field).getMagnitude(),
          "doc[params.field].size()",
          (script, query, field) -> docValues(script, field).size(),
          "field(params.field).isEmpty() ? 1 : 0",
          (script, query, field) -> script.field(field).isEmpty() ? 1 : 0,
          "field(params.field).get().l2Norm(params.query)",
          (script, query, field) -> fieldValues(script, field).get().l2Norm(query),
          "field(params.field).get(null) == null ? 0 : 1",
          (script, query, field) -> {
            DenseVector vector = fieldValues(script, field).get(null);
            return vector == null ? 0 : 1;
          });

  private static DenseVectorScriptDocValues docValues(ScoreScript script, String field) {
    return (DenseVectorScriptDocValues) script.getDoc().get(field);
  }

  private static DenseVectorDocValuesField fieldValues(ScoreScript script, String field) {
    return (DenseVectorDocValuesField) script.field(field);
  }

  @Override
  public ScriptEngine getScriptEngine(Settings settings, Collection<ScriptContext<?>> contexts) {
    return new ScriptEngine() {
      @Override
      public String getType() {
        return LANGUAGE;
      }

      @Override
      public <T> T compile(
          String name, String code, ScriptContext<T> context, Map<String, String> options) {
        ScoreScript.Factory factory = (params, lookup) -> script(SCRIPTS.get(code), params, lookup);
        return context.factoryClazz.cast(factory);
      }

      @Override
      public Set<ScriptContext<?>> getSupportedContexts() {
        return Set.of(ScoreScript.CONTEXT);
      }
    };
  }

  private static ScoreScript.LeafFactory script(
      Function function, Map<String, Object> params, SearchLookup lookup) {
    return new ScoreScript.LeafFactory() {
      @Override
      public boolean needs_score() {
        return false;
      }

      @Override
      public boolean needs_termStats() {
        return false;
      }

      @Override
      public ScoreScript newInstance(DocReader reader) {
        return new ScoreScript(params, lookup, reader) {
          @Override
          public double execute(ExplanationHolder explanation) {
            return function.apply(this, params.get("query"), (String) params.get("field"));
          }
        };
      }
    };
  }
}
