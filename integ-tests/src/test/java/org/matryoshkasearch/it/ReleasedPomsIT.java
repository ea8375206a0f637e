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
package org.matryoshkasearch.it;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;

import java.nio.file.Path;
import java.util.List;
import org.junit.Test;

/** The poms that are released have what Maven Central asks for. */
public class ReleasedPomsIT {

  @Test
  public void testParent() throws Exception {
    ReleasedPom parent = ReleasedPom.ofModule(".");
    for (String place :
        List.of(
            "groupId",
            "artifactId",
            "version",
            "name",
            "description",
            "url",
            "licenses/license/name",
            "licenses/license/url",
            "developers/developer/name",
            "developers/developer/url",
            "scm/connection",
            "scm/developerConnection",
            "scm/url")) {
      assertFalse(place, parent.text(place).isEmpty());
    }
    assertEquals("pom", parent.text("packaging"));
  }

  /** The rest they have of their parent, which must be the one that is released with them. */
  @Test
  public void testChildren() throws Exception {
    String parent = ReleasedPom.ofModule(".").coordinates();
    ReleasedPom library = ReleasedPom.ofModule("lucene-codec");
    ReleasedPom zip = ReleasedPom.ofZip(Path.of(System.getProperty("matryoshka.plugin")));
    for (ReleasedPom pom : List.of(library, zip)) {
      assertFalse(pom.text("name").isEmpty());
      assertFalse(pom.text("description").isEmpty());
      assertEquals(
          parent,
          pom.text("parent/groupId")
              + ":"
              + pom.text("parent/artifactId")
              + ":"
              + pom.text("parent/version"));
    }
    assertEquals("zip", zip.text("packaging"));
  }
}
