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
package org.matryoshkasearch.lucene.internal.scoring;

/** Loads what is compiled apart, as it needs an incubating module: {@code jdk.incubator.vector}. */
public final class Simd {
  private Simd() {}

  /**
   * Makes one of a public class that stands beside what it implements.
   *
   * @return null in a JVM without the module, or with another version of it
   */
  public static <T> T load(Class<T> kind, String name) {
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
      return null;
    }
    try {
      return Class.forName(kind.getPackageName() + "." + name)
          .asSubclass(kind)
          .getConstructor()
          .newInstance();
    } catch (ReflectiveOperationException | LinkageError e) {
      return null;
    }
  }
}
