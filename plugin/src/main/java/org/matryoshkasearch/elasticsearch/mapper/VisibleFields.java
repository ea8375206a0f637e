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

import java.util.function.Function;
import org.elasticsearch.index.mapper.MappedFieldType;
import org.elasticsearch.index.query.SearchExecutionContext;
import org.elasticsearch.plugins.FieldPredicate;
import org.elasticsearch.plugins.MapperPlugin;

/**
 * Which fields the user of the current request may see: all, but for those that field-level
 * security hides. A search should answer about a hidden field what it answers about one that does
 * not exist; Elasticsearch hides the values of a field from it, but not the mapping.
 */
public final class VisibleFields {
  private volatile Function<String, FieldPredicate> ofIndex = MapperPlugin.NOOP_FIELD_FILTER;

  /** All fields, as long as {@link #setFilter} has not been called. */
  public VisibleFields() {}

  /** Sets what the node's plugins let a user see, by the name of an index. */
  public void setFilter(Function<String, FieldPredicate> ofIndex) {
    this.ofIndex = ofIndex;
  }

  /** Whether the user may know of a field. */
  public boolean contains(String index, String field) {
    return ofIndex.apply(index).test(field);
  }

  /**
   * The field that a query names.
   *
   * @return null if there is none that the user may know of, by this name and by its own, where
   *     this one is an alias
   */
  public MappedFieldType find(String name, SearchExecutionContext context) {
    String index = context.index().getName();
    if (contains(index, name) == false) {
      return null;
    }
    MappedFieldType field = context.getFieldType(name);
    return field == null || contains(index, field.name()) == false ? null : field;
  }
}
