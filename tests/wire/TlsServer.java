import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/**
 * Answers each connection's first bytes. Arguments: a PKCS#12 file, its password, and a word for each
 * port: "plain" answers 404, "long" with many bytes; "client" wants a certificate, "old" has TLS 1.1
 * and 1.0 alone. Prints the ports in a line each, and ends with its standard input.
 */
public class TlsServer {
    private static final byte[] ANSWER =
        "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            .getBytes(StandardCharsets.US_ASCII);

    private static final byte[] LONG =
        ("HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n" + " ".repeat(60000))
            .getBytes(StandardCharsets.US_ASCII);

    public static void main(String[] arguments) throws Exception {
        char[] password = arguments[1].toCharArray();
        KeyManagerFactory keys = KeyManagerFactory.getInstance("SunX509");
        keys.init(KeyStore.getInstance(new File(arguments[0]), password), password);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        for (int i = 2; i < arguments.length; i++) {
            begin(context, arguments[i]);
        }
        while (System.in.read() >= 0) {
            continue;
        }
    }

    private static void begin(SSLContext context, String kind) throws IOException {
        SSLServerSocket listener = (SSLServerSocket) context.getServerSocketFactory()
            .createServerSocket(0, 5, InetAddress.getLoopbackAddress());
        listener.setNeedClientAuth(kind.equals("client"));
        if (kind.equals("old")) {
            listener.setEnabledProtocols(new String[] {"TLSv1.1", "TLSv1"});
        }
        Thread server = new Thread(() -> serve(listener, kind.equals("long") ? LONG : ANSWER));
        server.setDaemon(true);
        server.start();
        System.out.println(listener.getLocalPort());
    }

    private static void serve(SSLServerSocket listener, byte[] answer) {
        while (true) {
            try (SSLSocket peer = (SSLSocket) listener.accept()) {
                if (peer.getInputStream().read(new byte[4096]) > 0) {
                    // New keys come between two of these.
                    for (int at = 0; at < answer.length; at += 10000) {
                        peer.getOutputStream().write(answer, at,
                                                     Math.min(10000, answer.length - at));
                    }
                }
            } catch (IOException error) {
                System.err.println(error);
            }
        }
    }
}
