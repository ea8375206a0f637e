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
package org.matryoshkasearch.benchmarks.report;

import java.util.ArrayList;
import java.util.List;

/** A table that reads well as it is and is one in Markdown too: the first column to the left. */
public final class MarkdownTable {

  private final List<List<String>> rows = new ArrayList<>();

  /** A table that has no rows yet. */
  public MarkdownTable(List<String> header) {
    rows.add(List.copyOf(header));
  }

  /** Adds a row of as many cells as the header has. */
  public void add(List<String> cells) {
    if (cells.size() != rows.get(0).size()) {
      throw new IllegalArgumentException(
          "expected " + rows.get(0).size() + " cells, found " + cells.size());
    }
    rows.add(List.copyOf(cells));
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (int line = 0; line < rows.size(); line++) {
      List<String> row = rows.get(line);
      text.append('|');
      for (int column = 0; column < row.size(); column++) {
        String cell = row.get(column);
        String padding = " ".repeat(width(column) - cell.length());
        text.append(' ').append(column == 0 ? cell + padding : padding + cell).append(" |");
      }
      text.append('\n');
      if (line == 0) {
        rule(text);
      }
    }
    return text.toString();
  }

  private void rule(StringBuilder text) {
    text.append('|');
    for (int column = 0; column < rows.get(0).size(); column++) {
      text.append("-".repeat(width(column) + 1)).append(column == 0 ? "-|" : ":|");
    }
    text.append('\n');
  }

  private int width(int column) {
    return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
  }
}
