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
package org.matryoshkasearch.examples;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.apache.lucene.util.VectorUtil;

/**
 * Stands where your embedding model would be, so that the examples need none: it knows a few
 * synonyms, and is no use for anything else. As with a Matryoshka model, the leading dimensions of
 * its vectors say the most.
 */
final class ToyModel {
  static final int DIMS = 1024;

  private static final Map<String, String> SYNONYMS =
      Map.of(
          "kitten",
          "cat",
          "kittens",
          "cat",
          "cats",
          "cat",
          "feline",
          "cat",
          "automobile",
          "car",
          "vehicle",
          "car",
          "noise",
          "sound",
          "loud",
          "sound");

  private static final Set<String> WITHOUT_MEANING =
      Set.of("", "a", "the", "of", "and", "to", "for", "in", "how", "with", "your");

  private ToyModel() {}

  /** A vector of length 1: the sum of those of the words, whatever their order. */
  static float[] embed(String text) {
    float[] sum = new float[DIMS];
    for (String word : text.toLowerCase(Locale.ROOT).split("[^a-z0-9]+", -1)) {
      if (!WITHOUT_MEANING.contains(word)) {
        SplittableRandom random =
            new SplittableRandom(SYNONYMS.getOrDefault(word, word).hashCode());
        for (int i = 0; i < DIMS; i++) {
          sum[i] += (float) (random.nextGaussian() / (1 + i / 128.0));
        }
      }
    }
    return VectorUtil.l2normalize(sum);
  }
}
