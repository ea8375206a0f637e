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

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;
import org.w3c.dom.Document;
import org.xml.sax.SAXException;

/** A pom as it is released. */
final class ReleasedPom {

  private static final Pattern ZIP_NAME = Pattern.compile("matryoshka-(.*)-es([^-]*)\\.zip");

  private final Document document;

  private ReleasedPom(String text) throws IOException {
    try {
      document =
          DocumentBuilderFactory.newDefaultInstance()
              .newDocumentBuilder()
              .parse(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    } catch (ParserConfigurationException | SAXException e) {
      throw new IOException(text, e);
    }
  }

  /** The pom of a module, or of all of them by the name {@code "."}. */
  static ReleasedPom ofModule(String module) throws IOException {
    return new ReleasedPom(Files.readString(TestSets.CHECKOUT.resolve(module).resolve("pom.xml")));
  }

  /** The pom that is released with a zip of the plugin, filled in as {@code ./matryoshka} does. */
  static ReleasedPom ofZip(Path zip) throws IOException {
    Matcher name = ZIP_NAME.matcher(zip.getFileName().toString());
    if (!name.matches()) {
      throw new IllegalArgumentException(zip + " has not the name of a zip that is released");
    }
    return new ReleasedPom(
        Files.readString(TestSets.CHECKOUT.resolve("plugin/src/main/release/zip.pom"))
            .replace("@version@", name.group(1))
            .replace("@elasticsearch@", name.group(2)));
  }

  /** The text at a place such as {@code scm/url}; empty if there is none. */
  String text(String place) throws XPathExpressionException {
    return XPathFactory.newDefaultInstance()
        .newXPath()
        .evaluate("/project/" + place, document)
        .strip();
  }

  private String own(String name) throws XPathExpressionException {
    String own = text(name);
    return own.isEmpty() ? text("parent/" + name) : own;
  }

  /** As in {@code group:artifact:version}. */
  String coordinates() throws XPathExpressionException {
    return own("groupId") + ":" + text("artifactId") + ":" + own("version");
  }

  String fileName(String type) throws XPathExpressionException {
    return text("artifactId") + "-" + own("version") + "." + type;
  }

  /** Where a Maven repository has it. */
  String path(String type) throws XPathExpressionException {
    return "/"
        + own("groupId").replace('.', '/')
        + "/"
        + text("artifactId")
        + "/"
        + own("version")
        + "/"
        + fileName(type);
  }
}
