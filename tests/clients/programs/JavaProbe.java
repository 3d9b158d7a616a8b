import java.io.*;
import java.net.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.security.*;
import java.security.cert.*;
import javax.net.ssl.*;

/** Connects to each line of a file, "host TAB port TAB trust file", and prints "ok" or "no TAB reason" for each. */
public class JavaProbe {
    public static void main(String[] arguments) throws Exception {
        Proxy proxy = new Proxy(Proxy.Type.HTTP, new InetSocketAddress("127.0.0.1", Integer.parseInt(arguments[1])));
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        for (String line : Files.readAllLines(Path.of(arguments[0]))) {
            String[] fields = line.split("\t");
            forget();
            out.println(attempt(fields[0], fields[1], Path.of(fields[2]), proxy));
        }
    }

    /** Empties the JVM's cache of parsed certificates: checking name constraints adds names to those in it. */
    private static void forget() throws CertificateException {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        try {
            factory.generateCertificate(null);
        } catch (CertificateException expected) {
            return;
        }
    }

    private static String attempt(String host, String port, Path trust, Proxy proxy) {
        try {
            URL url = new URL("https://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port + "/");
            HttpsURLConnection connection = (HttpsURLConnection) url.openConnection(proxy);
            connection.setSSLSocketFactory(context(trust).getSocketFactory());
            connection.setConnectTimeout(30_000);
            connection.setReadTimeout(30_000);
            connection.getInputStream().readAllBytes();
            return "ok";
        } catch (Throwable error) {
            return "no\t" + reason(error);
        }
    }

    private static SSLContext context(Path trust) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        int number = 0;
        try (InputStream file = new BufferedInputStream(Files.newInputStream(trust))) {
            for (java.security.cert.Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(file)) {
                store.setCertificateEntry("ca" + number++, one);
            }
        }
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }

    private static String reason(Throwable error) {
        StringBuilder text = new StringBuilder();
        for (Throwable one = error; one != null; one = one.getCause()) {
            text.append(text.length() == 0 ? "" : " < ").append(one);
        }
        return text.toString().replaceAll("\\s+", " ");
    }
}
