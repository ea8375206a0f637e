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
package org.matryoshkasearch.elasticsearch.query;

import java.io.IOException;
import org.elasticsearch.common.io.stream.StreamInput;
import org.elasticsearch.common.io.stream.StreamOutput;

/**
 * The frame in which a query of ours goes from node to node. While a cluster is upgraded its nodes
 * have different versions of the plugin, of which Elasticsearch's transport version knows nothing,
 * and the sender does not know who will read. So a reader understands all of a message, or tells
 * what it does not.
 *
 * <ul>
 *   <li><b>[vint]</b> version of the frame and of the parameters that follow. It changes only when
 *       no older reader could read on; one that does not know it refuses the query.
 *   <li>the parameters of that version, as each query writes them; they never change
 *   <li><b>[vint]</b> the number of parameters that came later, only those that are set, each:
 *       <ul>
 *         <li><b>[string]</b> its name
 *         <li><b>[boolean]</b> whether the query is wrong without it
 *         <li><b>[vint][bytes]</b> its value
 *       </ul>
 *       A reader that does not know one refuses the query by that name if it would be wrong, and
 *       leaves the parameter out if not.
 * </ul>
 */
final class WireFormat {
  private static final int VERSION_START = 1;
  private static final int VERSION_CURRENT = VERSION_START;

  private WireFormat() {}

  /** Begins a message. */
  static void begin(StreamOutput out) throws IOException {
    out.writeVInt(VERSION_CURRENT);
  }

  /**
   * Begins to read a message.
   *
   * @throws IllegalArgumentException when it is of a version that this one does not know
   */
  static void begin(StreamInput in, String query) throws IOException {
    int version = in.readVInt();
    if (version < VERSION_START || version > VERSION_CURRENT) {
      throw new IllegalArgumentException(
          "["
              + query
              + "] of wire version ["
              + version
              + "] cannot be read by this node, whose plugin reads version ["
              + VERSION_CURRENT
              + "]: install the same version of the plugin on all nodes");
    }
  }

  /** Ends a message. There are no later parameters yet. */
  static void end(StreamOutput out) throws IOException {
    out.writeVInt(0);
  }

  /**
   * Reads the rest of a message.
   *
   * @throws IllegalArgumentException when the query would be wrong without a parameter that this
   *     version does not know
   */
  static void end(StreamInput in, String query) throws IOException {
    for (int left = in.readVInt(); left > 0; left--) {
      String parameter = in.readString();
      boolean required = in.readBoolean();
      in.readBytesReference();
      if (required) {
        throw new IllegalArgumentException(
            "parameter ["
                + parameter
                + "] of ["
                + query
                + "] is not known to this node, whose plugin is older than that of the node"
                + " that sent it: install the same version of the plugin on all nodes");
      }
    }
  }
}
