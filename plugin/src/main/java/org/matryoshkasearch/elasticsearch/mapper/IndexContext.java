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

import java.util.function.Predicate;
import org.elasticsearch.index.Index;
import org.elasticsearch.index.IndexMode;
import org.elasticsearch.index.IndexSettings;
import org.elasticsearch.index.IndexVersion;

/**
 * The index of a vector field: who may see it, and what holds where its mapping does not say, which
 * is as for {@code dense_vector}.
 *
 * @param name what it is called, in every cluster
 * @param visible which fields the user of the current request may see, by their full paths
 * @param created the version that created the index
 * @param excludeSourceVectors whether vectors are left out of the stored {@code _source}
 * @param elementType how full vectors are stored
 * @param index whether there are graphs to search
 */
record IndexContext(
    Index name,
    Predicate<String> visible,
    IndexVersion created,
    boolean excludeSourceVectors,
    ElementType elementType,
    boolean index) {

  /** By the settings of the index; its mode is one of them. */
  static IndexContext of(IndexSettings settings, VisibleFields visibleFields) {
    Index name = settings.getIndex();
    return new IndexContext(
        name,
        field -> visibleFields.contains(name.getName(), field),
        settings.getIndexVersionCreated(),
        IndexSettings.INDEX_MAPPING_EXCLUDE_SOURCE_VECTORS_SETTING.get(settings.getSettings()),
        settings.getMode() == IndexMode.VECTORDB_DOCUMENT
            ? ElementType.BFLOAT16
            : ElementType.FLOAT,
        settings.isIndexDisabledByDefault() == false);
  }
}
