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
package org.matryoshkasearch.elasticsearch.engine;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.FilterMergePolicy;
import org.apache.lucene.index.MergePolicy;
import org.apache.lucene.index.SegmentCommitInfo;
import org.apache.lucene.index.SegmentInfo;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;

/**
 * Lets a forced merge rewrite segments whose vector fields are not as the index would write them
 * now, as those of a clone that was given another prefix. Where few enough segments are left, there
 * would be nothing to merge.
 */
final class RewritingMergePolicy extends FilterMergePolicy {
  private final Current current;

  /** Whether a vector field of a segment of so many documents may stay as it is. */
  @FunctionalInterface
  interface Current {
    boolean test(FieldInfo field, int maxDoc);
  }

  RewritingMergePolicy(MergePolicy in, Current current) {
    super(in);
    this.current = current;
  }

  @Override
  public MergeSpecification findForcedMerges(
      SegmentInfos infos,
      int maxSegmentCount,
      Map<SegmentCommitInfo, Boolean> segmentsToMerge,
      MergeContext context)
      throws IOException {
    MergeSpecification merges =
        in.findForcedMerges(infos, maxSegmentCount, segmentsToMerge, context);
    // Lucene asks again when these have run: what they leave alone is rewritten then
    return merges != null ? merges : rewrites(infos, segmentsToMerge, context.getMergingSegments());
  }

  private MergeSpecification rewrites(
      SegmentInfos infos,
      Map<SegmentCommitInfo, Boolean> segmentsToMerge,
      Set<SegmentCommitInfo> merging)
      throws IOException {
    MergeSpecification rewrites = new MergeSpecification();
    for (SegmentCommitInfo segment : infos) {
      boolean original = Boolean.TRUE.equals(segmentsToMerge.get(segment));
      if (original && merging.contains(segment) == false && isOutdated(segment.info)) {
        rewrites.add(new OneMerge(List.of(segment)));
      }
    }
    return rewrites.merges.isEmpty() ? null : rewrites;
  }

  private boolean isOutdated(SegmentInfo segment) throws IOException {
    for (FieldInfo field : fields(segment)) {
      if (field.hasVectorValues() && current.test(field, segment.maxDoc()) == false) {
        return true;
      }
    }
    return false;
  }

  private static FieldInfos fields(SegmentInfo segment) throws IOException {
    Codec codec = segment.getCodec();
    if (segment.getUseCompoundFile()) {
      try (Directory files = codec.compoundFormat().getCompoundReader(segment.dir, segment)) {
        return codec.fieldInfosFormat().read(files, segment, "", IOContext.READONCE);
      }
    }
    return codec.fieldInfosFormat().read(segment.dir, segment, "", IOContext.READONCE);
  }
}
