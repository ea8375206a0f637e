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

import java.io.IOException;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.runner.RunWith;
import org.junit.runners.Suite;

/** Security of fields and documents, privileges and TLS, on two nodes that all of it shares. */
@RunWith(Suite.class)
@Suite.SuiteClasses({
  HiddenFields.class,
  HiddenDocuments.class,
  Privileges.class,
  EncryptedTraffic.class
})
public class SecurityIT {

  @BeforeClass
  public static void startCluster() throws Exception {
    SecureCluster.start();
  }

  @AfterClass
  public static void stopCluster() throws IOException {
    if (SecureCluster.current() != null) { // else it did not start, which is told
      SecureCluster.current().close();
    }
  }
}
