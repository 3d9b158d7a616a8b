import java.io.*;
import java.nio.file.*;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.*;

/** For each file named on standard input: what generateCertificates gives, a tab, and what keytool -importcert stores. */
public class LoadAll {
    public static void main(String[] none) throws Exception {
        BufferedReader names = new BufferedReader(new InputStreamReader(System.in));
        for (String name; (name = names.readLine()) != null; ) {
            byte[] data = Files.readAllBytes(Path.of(name));
            System.out.println(all(data) + "\t" + first(data));
        }
    }

    private static CertificateFactory factory() throws Exception {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        try {
            factory.generateCertificate(null); // empties the cache of parsed certificates
        } catch (Exception expected) {
            return factory;
        }
        return factory;
    }

    private static String all(byte[] data) {
        try {
            StringBuilder line = new StringBuilder("ok");
            for (Certificate one : factory().generateCertificates(new ByteArrayInputStream(data))) line.append(digest(one));
            return line.toString();
        } catch (Throwable error) {
            return "no " + String.valueOf(error).replaceAll("\\s+", " ");
        }
    }

    private static String first(byte[] data) {
        try {
            Certificate one = factory().generateCertificate(new ByteArrayInputStream(data));
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setCertificateEntry("mykey", one);
            return "ok" + digest(one);
        } catch (Throwable error) {
            return "no " + String.valueOf(error).replaceAll("\\s+", " ");
        }
    }

    private static String digest(Certificate one) throws Exception {
        return " " + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(one.getEncoded()));
    }
}
