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
package org.matryoshkasearch.lucene.internal.graph;

import java.io.Closeable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Heap that graphs may take while they are built, all together. A build takes its share before it
 * allocates anything, and makes do with what it gets; nothing waits for what others have taken.
 */
public final class BuildMemory {
  /** What all builds in this JVM share: a quarter of its heap. */
  public static final BuildMemory OF_HEAP = new BuildMemory(Runtime.getRuntime().maxMemory() / 4);

  private final long bytes;
  private final AtomicLong free;

  /**
   * @param bytes to share, 0 or more
   */
  public BuildMemory(long bytes) {
    this.bytes = bytes;
    this.free = new AtomicLong(bytes);
  }

  /** How many bytes there are to share. */
  long bytes() {
    return bytes;
  }

  /** How many bytes are not taken. */
  public long free() {
    return free.get();
  }

  /**
   * Takes a share: what is wanted, but of what is free beyond the least no more than half, so that
   * there is something left for others.
   *
   * @return null if there is less than the least
   */
  public Share take(long least, long wanted) {
    while (true) {
      long now = free.get();
      if (now < least) {
        return null;
      }
      long bytes = Math.min(wanted, least + (now - least) / 2);
      if (free.compareAndSet(now, now - bytes)) {
        return new Share(bytes);
      }
    }
  }

  /** What a build has taken, until it is closed. */
  public final class Share implements Closeable {
    private final long bytes;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Share(long bytes) {
      this.bytes = bytes;
    }

    long bytes() {
      return bytes;
    }

    @Override
    public void close() {
      if (!closed.getAndSet(true)) {
        free.addAndGet(bytes);
      }
    }
  }
}
