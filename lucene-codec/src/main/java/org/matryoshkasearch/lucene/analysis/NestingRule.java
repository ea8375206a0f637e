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
package org.matryoshkasearch.lucene.analysis;

import java.util.List;
import java.util.Locale;
import org.matryoshkasearch.lucene.analysis.NestingVerdict.Evidence;

/**
 * From evidence to a word. "Nested" and "not nested" both need proof; what lies between is unsure.
 *
 * <p>Dimensions of a nested model stand in an order: their variance, without the mean, is in front,
 * so clearly that a random order would hardly do that. A prefix must then also find more than as
 * many dimensions drawn by lot. No prefix of a model that is not nested has much more than its
 * share. Where vectors are few, or as short as those that nested models are cut to, no order proves
 * nothing: the dimensions that such a model was trained on as its shortest prefix have none among
 * them.
 */
final class NestingRule {
  /** Chances of a random order up to this one are taken for none. */
  private static final double PROVED = 0.001;

  /** Above this one there is no sign of an order. */
  private static final double SUSPECTED = 0.02;

  /** A prefix with less than this much more than its share helps little. */
  private static final double LEAST_LIFT = 1.1;

  /**
   * What prefixes of nested models carry beyond their share, of what they would carry if the
   * dimensions were sorted: so much must be excluded, before a model is said not to be nested.
   */
  private static final double USUAL_ORDER = 0.45;

  /** In standard deviations of the draws: hardly ever the gain of a prefix that is none. */
  private static final double REMARKABLE_GAIN = 3.8;

  private static final int ENOUGH_VECTORS = 100;
  private static final int LONGEST_CUT = 512;

  private final DimOrder order;
  private final List<Evidence> evidence;
  private final int vectors;
  private final int dims;

  /**
   * @param vectors how many different ones tell this
   */
  NestingRule(DimOrder order, List<Evidence> evidence, int vectors, int dims) {
    this.order = order;
    this.evidence = List.copyOf(evidence);
    this.vectors = vectors;
    this.dims = dims;
  }

  NestingVerdict verdict() {
    if (order.chance() <= PROVED) {
      return ordered();
    }
    if (order.chance() <= SUSPECTED) {
      return verdict(
          Nesting.UNSURE,
          "the leading dims carry somewhat more than others, as one random order in %.0f would",
          1 / order.chance());
    }
    for (int i = 0; i < evidence.size(); i++) {
      Evidence prefix = evidence.get(i);
      if (prefix.lift().high() - 1 > USUAL_ORDER * (order.most()[i] - 1)) {
        return verdict(
            Nesting.UNSURE,
            "a prefix of %d dims may carry up to %.2f times its share: the sample does not tell",
            prefix.prefixDims(),
            prefix.lift().high());
      }
      if (prefix.draws() > REMARKABLE_GAIN && prefix.gain().low() > 0) {
        return verdict(
            Nesting.UNSURE,
            "a prefix of %d dims carries no more than others, but finds %.3f more neighbours",
            prefix.prefixDims(),
            prefix.gain().mean());
      }
    }
    if (vectors < ENOUGH_VECTORS) {
      return verdict(
          Nesting.UNSURE,
          "no sign of an order, but %d different vectors are too few to exclude one",
          vectors);
    }
    if (dims <= LONGEST_CUT && Integer.bitCount(dims) == 1) {
      return verdict(
          Nesting.UNSURE,
          "the dims have no order, but vectors of %d dims may be prefixes already,"
              + " cut by a nested model",
          dims);
    }
    return verdict(
        Nesting.NOT_NESTED, "the leading dims carry and find no more than others of their number");
  }

  /** The dimensions are proved to have an order. */
  private NestingVerdict ordered() {
    int clearest = 0;
    for (int i = 1; i < evidence.size(); i++) {
      if (order.excess()[i] > order.excess()[clearest]) {
        clearest = i;
      }
    }
    Evidence prefix = evidence.get(clearest);
    int length = prefix.prefixDims();
    if (prefix.gain().high() < 0) {
      return verdict(
          Nesting.UNSURE,
          "the leading %d dims carry more than others but find fewer neighbours, by %.3f",
          length,
          -prefix.gain().mean());
    }
    if (prefix.lift().mean() < LEAST_LIFT) {
      return verdict(
          Nesting.WEAKLY_NESTED,
          "the leading %d dims carry only %.2f times their share",
          length,
          prefix.lift().mean());
    }
    if (prefix.gain().low() <= 0) {
      return verdict(
          Nesting.WEAKLY_NESTED,
          "the leading %d dims carry %.2f times their share, but find hardly more neighbours",
          length,
          prefix.lift().mean());
    }
    return verdict(
        Nesting.NESTED,
        "the leading %d dims carry %.2f times their share and find %.3f more neighbours than others",
        length,
        prefix.lift().mean(),
        prefix.gain().mean());
  }

  private NestingVerdict verdict(Nesting nesting, String reason, Object... values) {
    return new NestingVerdict(
        nesting, String.format(Locale.ROOT, reason, values), order.chance(), evidence);
  }
}
