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
package org.matryoshkasearch.lucene.internal.recall;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.lucene.index.FieldInfo;

/**
 * What was learnt of the searches of a field in a segment, with some of its vectors as queries: the
 * recall with so many candidates, and how well scores of prefixes tell those of full vectors.
 *
 * <p>It is an attribute of the field: {@code
 * slope;deviation;growth;candidates:recall@10:recall@100,...}, empty where nothing was learnt.
 */
public final class RecallCurve {
  private static final String ATTRIBUTE = "matryoshka.recall";

  /** Every search asks for those of all segments. */
  private static final Map<String, RecallCurve> PARSED = new ConcurrentHashMap<>();

  private static final int MOST_PARSED = 10_000;

  /** The hits that recalls are of. */
  public static final int FEW = 10;

  /** More hits that recalls are of, from as many candidates on. */
  public static final int MANY = 100;

  /** Queries are less near to documents than those are to each other, from which it was learnt. */
  private static final double OF_QUERIES = 1.4;

  /** Candidates for one hit, of those for {@link #FEW}. */
  private static final double FOR_ONE = 0.5;

  /** Beyond the last step, more than so many times as many candidates are not guessed at. */
  private static final double FARTHEST = 4;

  private final float slope;
  private final float deviation;
  private final float growth;
  private final int[] candidates;
  private final float[] ofFew;
  private final float[] ofMany;

  /**
   * @param slope how much more a full vector scores whose prefix scores 1 more
   * @param deviation the standard deviation of full scores from what prefixes tell
   * @param growth with so many times as many vectors, as many candidates are needed to this power
   * @param candidates ascending steps, one at least
   * @param ofFew the recall at 10 of each step, 0 to 1
   * @param ofMany the recall at 100 of the last steps, as many as are known
   */
  public RecallCurve(
      float slope, float deviation, float growth, int[] candidates, float[] ofFew, float[] ofMany) {
    this.slope = slope;
    this.deviation = deviation;
    this.growth = growth;
    this.candidates = candidates.clone();
    this.ofFew = ofFew.clone();
    this.ofMany = ofMany.clone();
  }

  /** What was learnt of a field, or null if nothing was, or it cannot be read. */
  public static RecallCurve of(FieldInfo field) {
    String attribute = field.getAttribute(ATTRIBUTE);
    if (attribute == null || attribute.isEmpty()) {
      return null;
    }
    RecallCurve known = PARSED.get(attribute);
    if (known == null) {
      known = parse(attribute);
      if (PARSED.size() >= MOST_PARSED) {
        PARSED.clear();
      }
      if (known != null) {
        PARSED.put(attribute, known);
      }
    }
    return known;
  }

  /**
   * Says with a field what was learnt; said either way, as a merge begins with what the merged
   * segments said.
   *
   * @param curve null for nothing
   */
  public static void set(FieldInfo field, RecallCurve curve) {
    field.putAttribute(ATTRIBUTE, curve == null ? "" : curve.toString());
  }

  private static RecallCurve parse(String attribute) {
    try {
      String[] parts = attribute.split(";", -1);
      String[] steps = parts[3].split(",", -1);
      int[] candidates = new int[steps.length];
      float[] ofFew = new float[steps.length];
      float[] ofMany = new float[steps.length];
      int many = 0;
      for (int i = 0; i < steps.length; i++) {
        String[] numbers = steps[i].split(":", -1);
        candidates[i] = Integer.parseInt(numbers[0]);
        ofFew[i] = Float.parseFloat(numbers[1]);
        if (numbers.length > 2) {
          ofMany[many++] = Float.parseFloat(numbers[2]);
        }
      }
      RecallCurve curve =
          new RecallCurve(
              Float.parseFloat(parts[0]),
              Float.parseFloat(parts[1]),
              Float.parseFloat(parts[2]),
              candidates,
              ofFew,
              Arrays.copyOf(ofMany, many));
      return curve.isPossible() ? curve : null;
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      return null; // of a version that says it in another way: searches do without
    }
  }

  private boolean isPossible() {
    boolean possible =
        Float.isFinite(slope)
            && deviation >= 0
            && Float.isFinite(deviation)
            && growth >= 0
            && growth <= 1;
    for (int i = 0; i < candidates.length; i++) {
      possible &= candidates[i] > (i == 0 ? 0 : candidates[i - 1]);
      possible &= ofFew[i] >= 0 && ofFew[i] <= 1;
    }
    for (float recall : ofMany) {
      possible &= recall >= 0 && recall <= 1;
    }
    return possible;
  }

  /** How much more a full vector scores whose prefix scores 1 more. */
  public float slope() {
    return slope;
  }

  /** The standard deviation of full scores from what prefixes tell. */
  public float deviation() {
    return deviation;
  }

  /**
   * The least number of candidates that finds a share of the nearest to a query, about.
   *
   * @param k how many are nearest
   * @param recall the share of them, more than 0, less than 1
   * @return at least {@code k}
   */
  public double candidatesOfQuery(int k, double recall) {
    return OF_QUERIES * candidates(k, recall);
  }

  /** With so many times as many vectors, as many candidates are needed to this power, 0 to 1. */
  public float growth() {
    return growth;
  }

  /**
   * The least number of candidates that finds a share of the nearest to a document, about.
   *
   * @param k how many are nearest
   * @param recall the share of them, more than 0, less than 1
   * @return at least {@code k}
   */
  public double candidates(int k, double recall) {
    double few = step(ofFew, recall);
    double wanted;
    if (k <= FEW) {
      wanted = few * (FOR_ONE + (1 - FOR_ONE) * (k - 1) / (FEW - 1));
    } else {
      double many = ofMany.length == 0 ? few * MANY / FEW : Math.max(few, step(ofMany, recall));
      wanted =
          k >= MANY
              ? many * k / MANY
              : few * Math.pow(many / few, Math.log((double) k / FEW) / Math.log(MANY / FEW));
    }
    return Math.max(k, wanted);
  }

  /** Between steps, what is missed falls as a power of the candidates. */
  private double step(float[] recalls, double recall) {
    int first = candidates.length - recalls.length;
    int i = 0;
    while (i < recalls.length && recalls[i] < recall) {
      i++;
    }
    if (i == recalls.length) {
      double times = (1 - recalls[i - 1]) / (1 - recall);
      return candidates[first + i - 1] * Math.min(FARTHEST, times);
    }
    if (i == 0) {
      return candidates[first];
    }
    double from = Math.log(1 - recalls[i - 1]);
    double to = Math.log(Math.max(1 - recalls[i], (1 - recall) / FARTHEST));
    double part = (from - Math.log(1 - recall)) / (from - to);
    double before = candidates[first + i - 1];
    return before * Math.pow(candidates[first + i] / before, Math.clamp(part, 0, 1));
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(slope).append(';').append(deviation).append(';').append(growth).append(';');
    int withoutMany = candidates.length - ofMany.length;
    for (int i = 0; i < candidates.length; i++) {
      text.append(i == 0 ? "" : ",").append(candidates[i]).append(':').append(text(ofFew[i]));
      if (i >= withoutMany) {
        text.append(':').append(text(ofMany[i - withoutMany]));
      }
    }
    return text.toString();
  }

  private static String text(float recall) {
    return String.format(Locale.ROOT, "%.4f", recall);
  }
}
