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
 * Answers each connection's first bytes with 404. Arguments: a PKCS#12 file and its password. Prints
 * its port, and ends with its standard input.
 */
public class TlsServer {
    private static final byte[] ANSWER =
        "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            .getBytes(StandardCharsets.US_ASCII);

    public static void main(String[] arguments) throws Exception {
        char[] password = arguments[1].toCharArray();
        KeyManagerFactory keys = KeyManagerFactory.getInstance("SunX509");
        keys.init(KeyStore.getInstance(new File(arguments[0]), password), password);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        SSLServerSocket listener = (SSLServerSocket) context.getServerSocketFactory()
            .createServerSocket(0, 5, InetAddress.getLoopbackAddress());
        Thread server = new Thread(() -> serve(listener));
        server.setDaemon(true);
        server.start();
        System.out.println(listener.getLocalPort());
        while (System.in.read() >= 0) {
            continue;
        }
    }

    private static void serve(SSLServerSocket listener) {
        while (true) {
            try (SSLSocket peer = (SSLSocket) listener.accept()) {
                if (peer.getInputStream().read(new byte[4096]) > 0) {
                    peer.getOutputStream().write(ANSWER);
                }
            } catch (IOException error) {
                System.err.println(error);
            }
        }
    }
}
