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
package org.matryoshkasearch.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Tells in one line, in words, why a command failed. */
public final class Faults {

  /** The exit status of a command that failed. */
  public static final int FAILED = 1;

  /** The exit status of a command that was not understood. */
  public static final int BAD_USAGE = 2;

  private Faults() {}

  /**
   * Says why a command did not do what it was asked to.
   *
   * @return the exit status of the command
   */
  public static int tell(Screen screen, Throwable fault) {
    screen.err().println("matryoshka: " + line(fault));
    return fault instanceof UsageException ? BAD_USAGE : FAILED;
  }

  /** What went wrong, in words: no name of a class, no second line. */
  static String line(Throwable fault) {
    if (fault instanceof UncheckedIOException wrapped) {
      return line(wrapped.getCause());
    }
    if (fault instanceof FileSystemException ofFile) {
      return ofFile(ofFile);
    }
    if (fault instanceof OutOfMemoryError) {
      return "out of memory: give it a larger heap, or less to do";
    }
    boolean foreseen = fault instanceof IOException || fault instanceof UsageException;
    String message = firstLine(fault.getMessage());
    return foreseen ? message : "a fault of this program: " + message + traced(fault);
  }

  private static String ofFile(FileSystemException fault) {
    String file = fault.getFile();
    if (fault instanceof NoSuchFileException) {
      return file + ": no such file or folder";
    }
    if (fault instanceof AccessDeniedException) {
      return file + ": permission denied";
    }
    if (fault instanceof FileAlreadyExistsException) {
      return file + ": is there already, and is something else than is needed";
    }
    return firstLine(fault.getReason() == null ? file : file + ": " + fault.getReason());
  }

  private static String firstLine(String message) {
    return message == null || message.isBlank()
        ? "failed without a reason"
        : message.strip().lines().findFirst().orElseThrow();
  }

  /** Nobody foresaw this: keeps what a report of it needs, and says where. */
  private static String traced(Throwable fault) {
    StringWriter trace = new StringWriter();
    fault.printStackTrace(new PrintWriter(trace));
    try {
      Path file = Files.createTempFile("matryoshka-fault-", ".txt");
      Files.writeString(file, trace.toString());
      return "; its trace: " + file;
    } catch (IOException e) {
      return ""; // there is no place for it
    }
  }
}
