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
package org.matryoshkasearch.lucene.search;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.search.join.BitSetProducer;

/**
 * Finds the documents whose vectors are nearest to a target, in two phases: the graphs of all
 * segments give the best candidates by the prefix of the vectors, then one rescore of these
 * candidates with the full vectors gives the hits and their scores.
 *
 * <p>In between, {@linkplain Builder#funnel funnel stages} may narrow the candidates by ever more
 * leading dimensions (<a href="https://arxiv.org/abs/2205.13147">Matryoshka Representation
 * Learning</a>, section 4.3, calls this funnel retrieval).
 *
 * <p>Scores are those of the field's {@link VectorSimilarityFunction} for the full vectors. With as
 * many candidates as there are vectors the answer is that of an exact search.
 *
 * <p>A target may be shorter than the vectors, though not than their prefix: the hits are then
 * scored by as many leading dimensions as the target has, where cosine and dot product both are the
 * cosine of these dimensions, and the inner product is that cosine times the lengths of the target
 * and of the whole vector.
 *
 * <p>The query works on any {@link KnnFloatVectorField}. Where a segment was written by another
 * format than {@code MatryoshkaHnswVectorsFormat}, the first phase compares whatever that format
 * does.
 *
 * <p>The work is done by {@link #rewrite}, on the executor of the searcher and under its timeout:
 * when that expires, the hits are the best of the candidates that were rescored by then. Hits never
 * mix scores of prefixes and of full vectors.
 */
public final class MatryoshkaKnnQuery extends Query {
  /** The least share of the nearest that {@link Builder#targetRecall} takes. */
  public static final double LEAST_RECALL = 0.5;

  /** The largest. */
  public static final double MOST_RECALL = 0.999;

  private final String field;
  private final float[] target;
  private final int k;
  private final int candidates;
  private final int rescored;
  private final double targetRecall;
  private final boolean exact;
  private final Query filter;
  private final List<FunnelStage> funnel;
  private final float minScore;
  private final BitSetProducer parents;
  private final Consumer<List<StageStats>> listener;

  private MatryoshkaKnnQuery(Builder builder) {
    field = builder.field;
    target = builder.target;
    k = builder.k;
    candidates = builder.candidates();
    rescored = Math.min(builder.rescored, candidates);
    targetRecall = builder.targetRecall;
    exact = builder.exact;
    filter = builder.filter;
    funnel = builder.funnel;
    minScore = builder.minScore;
    parents = builder.parents;
    listener = builder.listener;
  }

  /**
   * Begins a query for the {@code k} nearest documents.
   *
   * @param field the name of a {@link KnnFloatVectorField}
   * @param target the vector to compare with, finite, copied
   * @param k how many hits, at least 1
   * @throws IllegalArgumentException if {@code k} or {@code target} is out of range
   */
  public static Builder builder(String field, float[] target, int k) {
    return new Builder(field, target, k);
  }

  @Override
  public Query rewrite(IndexSearcher searcher) throws IOException {
    if (listener == null) {
      return new TwoPhaseSearch(this, target, searcher, null).run();
    }
    List<StageStats> stages = new ArrayList<>();
    Query hits =
        new TwoPhaseSearch(this, target, searcher, (stage, left) -> stages.add(stage)).run();
    listener.accept(List.copyOf(stages));
    return hits;
  }

  /** The name of the vector field. */
  public String getField() {
    return field;
  }

  /** A copy of the vector to compare with. */
  public float[] getTargetCopy() {
    return target.clone();
  }

  /** How many hits at most. */
  public int getK() {
    return k;
  }

  /**
   * How many documents, or parents, are taken from the graphs of all segments together; at least,
   * with a {@linkplain #getTargetRecall target}.
   */
  public int getCandidates() {
    return candidates;
  }

  /** How many of them, the best by prefix, go on to the funnel and the rescore. */
  public int getRescored() {
    return rescored;
  }

  /** The share of the nearest that is to be found, or 0 where the candidates are given. */
  public double getTargetRecall() {
    return targetRecall;
  }

  /** Whether all that is accepted is compared by full vectors. */
  public boolean isExact() {
    return exact;
  }

  /** What the documents with vectors must match, or null. */
  public Query getFilter() {
    return filter;
  }

  /** The funnel stages, in their order; empty where there are none. */
  public List<FunnelStage> getFunnel() {
    return funnel;
  }

  /** The lowest score of a hit. */
  public float getMinScore() {
    return minScore;
  }

  /** The parents of the documents with vectors, or null. */
  public BitSetProducer getParents() {
    return parents;
  }

  /** Who is told of the stages of each search, or null. */
  public Consumer<List<StageStats>> getListener() {
    return listener;
  }

  @Override
  public void visit(QueryVisitor visitor) {
    if (visitor.acceptField(field)) {
      visitor.visitLeaf(this);
    }
  }

  @Override
  public String toString(String defaultField) {
    StringBuilder text = new StringBuilder("MatryoshkaKnnQuery(").append(field);
    text.append(": ").append(target.length).append(" dims [").append(target[0]).append(",...]");
    text.append(", k=").append(k);
    if (exact) {
      text.append(", exact");
    } else if (targetRecall == 0) {
      text.append(", candidates=").append(candidates).append(", rescored=").append(rescored);
    } else {
      text.append(", candidates=").append(candidates);
      text.append(", targetRecall=").append(targetRecall);
    }
    for (FunnelStage stage : funnel) {
      text.append(", ").append(stage.dims()).append(" dims keep ").append(stage.keep());
    }
    if (filter != null) {
      text.append(", filter=").append(filter);
    }
    if (minScore != Builder.ANY_SCORE) {
      text.append(", minScore=").append(minScore);
    }
    if (parents != null) {
      text.append(", parents=").append(parents);
    }
    return text.append(')').toString();
  }

  @Override
  public boolean equals(Object other) {
    return sameClassAs(other)
        && asked().equals(((MatryoshkaKnnQuery) other).asked())
        && Arrays.equals(target, ((MatryoshkaKnnQuery) other).target);
  }

  @Override
  public int hashCode() {
    return Objects.hash(classHash(), asked(), Arrays.hashCode(target));
  }

  /** What makes two queries for a target equal. */
  private List<Object> asked() {
    return Arrays.asList(
        field, k, candidates, rescored, targetRecall, exact, filter, funnel, minScore, parents);
  }

  /** Collects what a query asks for; checks it as a whole in {@link #build}. */
  public static final class Builder {
    private static final float ANY_SCORE = 0;

    private final String field;
    private final float[] target;
    private final int k;
    private Integer candidates;
    private int rescored = Integer.MAX_VALUE;
    private double targetRecall;
    private boolean exact;
    private Query filter;
    private List<FunnelStage> funnel = List.of();
    private float minScore = ANY_SCORE;
    private BitSetProducer parents;
    private Consumer<List<StageStats>> listener;

    private Builder(String field, float[] target, int k) {
      this.field = Objects.requireNonNull(field, "field");
      this.target = Objects.requireNonNull(target, "target").clone();
      this.k = k;
      QueryChecks.checkTarget(field, target);
      QueryChecks.check(k >= 1, "[k] for field [%s] must be at least 1, got [%d]", field, k);
    }

    private int candidates() {
      if (candidates != null) {
        return candidates;
      }
      return targetRecall > 0 ? k : (int) Math.min(Math.max(50, 5L * k), Integer.MAX_VALUE);
    }

    /**
     * How many candidates are taken from the graphs of all segments together, at least {@code k}:
     * more of them find more. By default five times {@code k} and no fewer than 50.
     */
    public Builder candidates(int candidates) {
      this.candidates = candidates;
      return this;
    }

    /**
     * How many of the candidates, the best by prefix, are read and scored further, at least {@code
     * k}; by default all.
     */
    public Builder rescored(int rescored) {
      this.rescored = rescored;
      return this;
    }

    /**
     * The share of the {@code k} nearest that is to be found, on the average, instead of a number
     * of candidates to rescore: 0.5 to 0.999. How many candidates that takes was learnt of each
     * segment when it was written, with some of its vectors as queries; they are rescored, the best
     * by prefix first, until no more hits than may be missed are expected among the rest. Of
     * queries unlike the documents less is found, of segments of which nothing was learnt (less
     * than 100 vectors, other formats) mostly more; there are never more than 10,000 candidates, or
     * {@code k}. {@link #candidates} are then no more than the least that are taken from the
     * graphs. With a funnel, parents, or a short target all candidates go on.
     */
    public Builder targetRecall(double targetRecall) {
      QueryChecks.check(
          targetRecall >= LEAST_RECALL && targetRecall <= MOST_RECALL,
          "[targetRecall] for field [%s] must be between [%s] and [%s], got [%s]",
          field,
          LEAST_RECALL,
          MOST_RECALL,
          targetRecall);
      this.targetRecall = targetRecall;
      return this;
    }

    /**
     * Compares everything that is accepted by full vectors, whatever the graphs know, a target
     * shorter than the vectors by as many leading dimensions: the truth that other searches are
     * measured by. It takes as long as it takes to read all vectors. Candidates, what is rescored,
     * a target recall and a funnel cannot be given beside it.
     */
    public Builder exact(boolean exact) {
      this.exact = exact;
      return this;
    }

    /** What the documents with vectors must match; null for no filter, the default. */
    public Builder filter(Query filter) {
      this.filter = filter;
      return this;
    }

    /**
     * Stages that narrow the candidates before the full vectors are read, none by default: each
     * scores more dimensions than the one before, and fewer than the target has, and keeps fewer
     * candidates, though at least {@code k}.
     */
    public Builder funnel(List<FunnelStage> funnel) {
      this.funnel = List.copyOf(funnel);
      return this;
    }

    /** The lowest score of a hit, of the full vector as Lucene gives it; by default any will do. */
    public Builder minScore(float minScore) {
      this.minScore = minScore;
      return this;
    }

    /**
     * Makes the vectors those of children in blocks of which the given documents are the parents:
     * the hits are then children, the best by full score of each parent, and {@code k}, the
     * candidates and what a funnel stage keeps all count parents. Of a parent with many children
     * those that are nearest by their prefixes are compared by full vectors, about ten. Null for no
     * parents, the default.
     */
    public Builder parents(BitSetProducer parents) {
      this.parents = parents;
      return this;
    }

    /**
     * Is told, at the end of each search and in its thread, what its stages did; of none where
     * there was nothing to search. Without a listener, the default, nothing is measured. Queries
     * that differ in their listener alone are equal.
     */
    public Builder listener(Consumer<List<StageStats>> listener) {
      this.listener = listener;
      return this;
    }

    /**
     * Checks everything and makes the query.
     *
     * @throws IllegalArgumentException if a number is out of its range
     */
    public MatryoshkaKnnQuery build() {
      QueryChecks.check(
          !exact
              || (candidates == null
                  && rescored == Integer.MAX_VALUE
                  && targetRecall == 0
                  && funnel.isEmpty()),
          "[exact] for field [%s] takes no candidates, rescored, target recall or funnel",
          field);
      int candidates = candidates();
      QueryChecks.check(
          targetRecall == 0 || rescored == Integer.MAX_VALUE,
          "[rescored] for field [%s] cannot be given beside [targetRecall]",
          field);
      String atLeastK = "[%s] for field [%s] must be at least [k] = [%d], got [%d]";
      QueryChecks.check(candidates >= k, atLeastK, "candidates", field, k, candidates);
      QueryChecks.check(rescored >= k, atLeastK, "rescored", field, k, rescored);
      QueryChecks.check(
          !Float.isNaN(minScore), "[minScore] for field [%s] must be a number, got [NaN]", field);
      int most = targetRecall == 0 ? Math.min(candidates, rescored) : Integer.MAX_VALUE;
      FunnelStage.check(field, funnel, 0, target.length, most, k);
      return new MatryoshkaKnnQuery(this);
    }
  }
}
