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
package org.matryoshkasearch.cli.node;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.Test;

public class ProcessTreeTest {

  @Test
  public void testEndsWithWhatItStarted() throws Exception {
    Process process = new ProcessBuilder("sh", "-c", "sleep 60 & echo $!; wait").start();
    long child = Long.parseLong(process.inputReader().readLine());
    ProcessTree tree = new ProcessTree(process);
    process.destroyForcibly().waitFor();
    assertFalse("the child goes on", tree.ended());
    tree.kill();
    awaitEnd(tree);
    Path stat = Path.of("/proc/" + child + "/stat");
    assertTrue(
        String.valueOf(child), !Files.exists(stat) || Files.readString(stat).contains(" Z "));
  }

  /** As a killed node does while one of its threads writes to a slow disk. */
  @Test
  public void testFirstThreadEnds() throws Exception {
    assumeTrue("needs python3 and /proc", isOnPath("python3") && Files.exists(Path.of("/proc")));
    String script =
        "import ctypes, threading, time;"
            + "threading.Thread(target=time.sleep, args=(60,)).start();"
            + "print('started', flush=True);"
            + "ctypes.CDLL(None).pthread_exit(None)";
    Process process = new ProcessBuilder("python3", "-c", script).start();
    assertEquals("started", process.inputReader().readLine());
    Path stat = Path.of("/proc/" + process.pid() + "/stat");
    for (int i = 0; i < 500 && !Files.readString(stat).contains(" Z "); i++) {
      Thread.sleep(20);
    }
    assertTrue(Files.readString(stat), Files.readString(stat).contains(" Z "));
    ProcessTree tree = new ProcessTree(process);
    assertFalse("a thread goes on", tree.ended());
    tree.kill();
    awaitEnd(tree);
  }

  private static void awaitEnd(ProcessTree tree) throws InterruptedException {
    for (int i = 0; i < 500 && !tree.ended(); i++) {
      Thread.sleep(20);
    }
    assertTrue("ended", tree.ended());
  }

  private static boolean isOnPath(String program) {
    return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }
}
