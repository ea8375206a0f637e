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

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.elasticsearch.common.xcontent.support.XContentMapValues;

/**
 * Values of a mapping as they were parsed. What does not suit is refused with its name and its
 * value; the caller adds the name of the field.
 */
final class MappingValues {
  private MappingValues() {}

  /**
   * An integer.
   *
   * @throws IllegalArgumentException when it is something else
   */
  static int integer(String name, Object node) {
    try {
      return Integer.parseInt(String.valueOf(node));
    } catch (NumberFormatException e) {
      throw wrong(name, "an integer", node);
    }
  }

  /**
   * A number.
   *
   * @throws IllegalArgumentException when it is something else
   */
  static float number(String name, Object node) {
    try {
      return Float.parseFloat(String.valueOf(node));
    } catch (NumberFormatException e) {
      throw wrong(name, "a number", node);
    }
  }

  /**
   * True or false.
   *
   * @throws IllegalArgumentException when it is something else
   */
  static boolean bool(String name, Object node) {
    return switch (String.valueOf(node)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw wrong(name, "true or false", node);
    };
  }

  /**
   * One of these values, by what its {@code toString} is.
   *
   * @throws IllegalArgumentException when it is none of them
   */
  static <T> T oneOf(T[] values, String name, Object node) {
    for (T value : values) {
      if (value.toString().equals(node)) {
        return value;
      }
    }
    throw wrong(name, "one of " + Arrays.toString(values), node);
  }

  /**
   * An object, as a copy that can be changed.
   *
   * @throws IllegalArgumentException when it is something else
   */
  static Map<String, Object> object(String name, Object node) {
    if (node instanceof Map<?, ?> == false) {
      throw wrong(name, "an object", node);
    }
    return new HashMap<>(XContentMapValues.nodeMapValue(node, name));
  }

  /**
   * Checks a range.
   *
   * @throws IllegalArgumentException when the value is out of it
   */
  static void checkRange(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw wrong(name, "between [" + min + "] and [" + max + "]", value);
    }
  }

  private static IllegalArgumentException wrong(String name, String limit, Object value) {
    return new IllegalArgumentException(
        "[" + name + "] must be " + limit + " but was [" + value + "]");
  }
}
