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
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A key and a certificate of 127.0.0.1 that vouches for itself, made by the JDK's keytool.
 *
 * @param key in PEM, without a password
 * @param certificate in PEM
 * @param trusted trusts this certificate and no other
 */
record SelfSigned(String key, String certificate, SSLContext trusted) {

  private static final String PASSWORD = "changeit";
  private static final String ALIAS = "node";

  /** Makes one that is good for two days. */
  static SelfSigned create() throws Exception {
    Path folder = Files.createTempDirectory("matryoshka-tls-");
    Path store = folder.resolve("store.p12");
    try {
      keytool(store);
      KeyStore keys = KeyStore.getInstance("PKCS12");
      try (InputStream in = Files.newInputStream(store)) {
        keys.load(in, PASSWORD.toCharArray());
      }
      byte[] key = keys.getKey(ALIAS, PASSWORD.toCharArray()).getEncoded();
      Certificate certificate = keys.getCertificate(ALIAS);
      return new SelfSigned(
          pem("PRIVATE KEY", key),
          pem("CERTIFICATE", certificate.getEncoded()),
          trusting(certificate));
    } finally {
      Files.deleteIfExists(store);
      Files.delete(folder);
    }
  }

  private static void keytool(Path store) throws IOException, InterruptedException {
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                ALIAS,
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + ALIAS,
                "-ext",
                "san=ip:127.0.0.1",
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD,
                "-keystore",
                store.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (keytool.waitFor() != 0) {
      throw new IOException("keytool failed: " + said);
    }
  }

  private static String pem(String what, byte[] der) {
    Base64.Encoder lines = Base64.getMimeEncoder(64, new byte[] {'\n'});
    String begin = "-----BEGIN " + what + "-----\n";
    return begin + lines.encodeToString(der) + "\n-----END " + what + "-----\n";
  }

  private static SSLContext trusting(Certificate certificate)
      throws GeneralSecurityException, IOException {
    KeyStore trust = KeyStore.getInstance("PKCS12");
    trust.load(null, null);
    trust.setCertificateEntry(ALIAS, certificate);
    TrustManagerFactory managers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(trust);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return context;
  }
}
