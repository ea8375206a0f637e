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
package org.matryoshkasearch.lucene.soak;

import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertTrue;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.matryoshkasearch.lucene.soak.Docs.Doc;

/** What a search may find and must find, by comparing the target with every document. */
final class Oracle {
  /** As AcceptedRows has it. */
  private static final int COMPARED_OF_PARENT = 10;

  private final Request request;
  private final Map<Integer, Scores> scores = new HashMap<>();
  private final Map<Integer, Integer> groupOf = new HashMap<>();

  /** The best that a document of the group may get. */
  private final Map<Integer, Scores> best = new HashMap<>();

  /**
   * A found document.
   *
   * @param id of the document
   */
  record Hit(int id, float score) {}

  /** Looks at all documents that the readers show. */
  Oracle(Request request, Collection<Doc> shown) {
    this.request = request;
    for (Doc doc : shown) {
      float[] vector = doc.vectors().get(request.field());
      if (vector != null && request.filter().accepts().test(doc)) {
        Scores ofDoc = request.field().scores(request.target(), vector);
        int group = request.groups() ? doc.block() : doc.id();
        scores.put(doc.id(), ofDoc);
        groupOf.put(doc.id(), group);
        best.merge(group, ofDoc, Oracle::better);
      }
    }
  }

  private static Scores better(Scores a, Scores b) {
    return new Scores(Math.max(a.low(), b.low()), Math.max(a.high(), b.high()));
  }

  /** How many hits there are at most. */
  int groups() {
    return best.size();
  }

  /** How many hits there must be where each of them is as good as any. */
  int wanted() {
    return Math.min(request.k(), groups());
  }

  /** A score that some documents reach and others do not. */
  float someScore(int which) {
    return (float) scores.values().stream().skip(which).findFirst().orElseThrow().middle();
  }

  /** Each hit is one that may be found, once, in order. */
  void checkIds(List<Hit> hits) {
    Set<Integer> seen = new HashSet<>();
    float last = Float.POSITIVE_INFINITY;
    for (Hit hit : hits) {
      assertNotNull("deleted or not accepted: " + hit, groupOf.get(hit.id()));
      assertTrue("twice: " + hit, seen.add(groupOf.get(hit.id())));
      assertTrue("order of " + hits, hit.score() <= last);
      last = hit.score();
    }
  }

  /** Each hit has the score of its full vector, and no less than was asked for. */
  void checkScores(List<Hit> hits) {
    for (Hit hit : hits) {
      Scores right = scores.get(hit.id());
      assertTrue("score of " + hit + ", not " + right, right.has(hit.score()));
      assertTrue("below the lowest: " + hit, hit.score() >= request.minScore());
    }
  }

  /** The hits are the best of all. */
  void checkComplete(List<Hit> hits) {
    long sure = best.values().stream().filter(each -> each.low() > request.minScore()).count();
    long possible =
        best.values().stream().filter(each -> each.high() >= request.minScore()).count();
    if (request.minScore() == 0) {
      sure = possible;
    }
    assertTrue(
        hits.size() + " hits of " + sure + " to " + possible,
        Math.min(sure, request.k()) <= hits.size()
            && hits.size() <= Math.min(possible, request.k()));
    Set<Integer> found = new HashSet<>();
    for (Hit hit : hits) {
      int group = groupOf.get(hit.id());
      found.add(group);
      assertTrue(
          "not the best of its parent: " + hit,
          isLarge(group) || hit.score() >= best.get(group).low());
    }
    if (hits.size() == request.k()) {
      float worst = hits.get(hits.size() - 1).score();
      best.forEach(
          (group, each) ->
              assertTrue(
                  "missed " + group + " of " + each + ", but found " + worst,
                  found.contains(group) || isLarge(group) || each.low() <= worst));
    }
  }

  /** Of so many only the best by prefix are compared. */
  private boolean isLarge(int group) {
    return groupOf.values().stream().filter(each -> each == group).count() > COMPARED_OF_PARENT;
  }

  /**
   * As many hits as there may be.
   *
   * @param lucenes whether segments in Lucene's formats were searched, not all of whose nodes can
   *     be reached
   */
  void checkCount(List<Hit> hits, boolean lucenes) {
    String count = hits.size() + " hits, expected " + wanted();
    assertTrue(count, hits.size() <= wanted());
    assertTrue(count, hits.size() >= (lucenes ? wanted() / 2 : wanted()));
  }

  /** How many of the nearest there are among the best of these candidates, by full vector. */
  int found(Collection<Integer> ids) {
    if (groups() == 0) {
      return 0;
    }
    Comparator<Scores> byScore = Comparator.comparingDouble(Scores::middle).reversed();
    double threshold =
        best.values().stream()
            .sorted(byScore)
            .skip(wanted() - 1)
            .findFirst()
            .orElseThrow()
            .middle();
    return (int)
        ids.stream()
            .map(groupOf::get)
            .distinct()
            .map(best::get)
            .sorted(byScore)
            .limit(request.k())
            .filter(each -> each.high() >= threshold)
            .count();
  }
}
