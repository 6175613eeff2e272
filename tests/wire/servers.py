"""TLS servers of others: OpenSSL's, GnuTLS's, Apache, nginx, HAProxy, Caddy, lighttpd, H2O, Java.
One that is not there is skipped.

Each is a context manager with a `port` on 127.0.0.1; what it says is in `log`, for a failure's text.
"""

import os
import re
import shutil
import socket
import subprocess
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
START_SECONDS = 60
# Below what kernels give to those that ask for any port.
FIRST_PORT, PORTS, PORTS_OF_A_PROCESS = 10240, 22000, 97
PATHS = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"))


def program(name):
    """Its path; without it the test is skipped."""
    path = shutil.which(name, path=PATHS)
    if path is None:
        raise unittest.SkipTest("there is no %s" % name)
    return path


def free_ports():
    """Ports that nobody has, each once. One that the kernel chose could be chosen again, for this
    process or another, before its server is there."""
    for number in range(PORTS):
        port = FIRST_PORT + (os.getpid() * PORTS_OF_A_PROCESS + number) % PORTS
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        yield port
    raise RuntimeError("no port is free")


FREE_PORTS = free_ports()


def free_port():
    """The next of them."""
    return next(FREE_PORTS)


def spread(chain, key, hosts):
    """(port, chain, key, text) of each host, which is a text, or (text, chain, key) of its own."""
    return [(free_port(), *((host[1], host[2], host[0]) if isinstance(host, tuple)
                            else (chain, key, host))) for host in hosts]


class Server:
    """A process that is waited for and ended."""

    def __init__(self, directory, command, port=None, **how):
        self.log = Path(directory) / ("%s.log" % Path(command[0]).name)
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(list(map(str, command)), stdin=subprocess.PIPE,
                                            stderr=log, stdout=how.get("stdout", log),
                                            env={**os.environ, **how.get("env", {})})
        self.port = port
        try:
            self.await_start()
        except BaseException:
            self.close()
            raise

    def await_start(self):
        """Until it takes connections."""
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), 5).close()
                return
            except OSError:
                time.sleep(0.02)
        raise RuntimeError("%s did not start: %s" % (self.process.args[0], self.text()))

    def text(self):
        """What it has said."""
        return self.log.read_text("utf-8", "replace")

    def close(self):
        """Ends it."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdin.close()
        if self.process.stdout is not None:
            self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class OpenSsl(Server):
    """s_server. What is written to its console is sent, but for lines that are commands of its own:
    K is a KeyUpdate, R a renegotiation. What it receives is printed."""

    def __init__(self, directory, chain, key, *arguments):
        self.printed = b""
        super().__init__(directory, [program("openssl"), "s_server", "-accept", "127.0.0.1:0",
                                     "-cert", chain, "-cert_chain", chain, "-key", key,
                                     *arguments], stdout=subprocess.PIPE)

    def await_start(self):
        self.port = int(self.read_until(rb"ACCEPT 127\.0\.0\.1:(\d+)\n").group(1))

    def read_until(self, pattern):
        """The match for a pattern in what it prints; all up to there is used up."""
        while not (found := re.search(pattern, self.printed, re.S)):
            piece = os.read(self.process.stdout.fileno(), 65536)
            if not piece:
                raise RuntimeError("s_server ended: %r, %s" % (self.printed, self.text()))
            self.printed += piece
        self.printed = self.printed[found.end():]
        return found

    def say(self, text):
        """To the peer, or a command; in one piece, as it tells them by the first byte."""
        os.write(self.process.stdin.fileno(), text)

    def read_request(self):
        """Method and body."""
        head = self.read_until(rb"([A-Z]+) \S+ HTTP/1\.1\r\n(.*?)\r\n\r\n")
        length = re.search(rb"Content-Length: (\d+)", head.group(2))
        body = self.read_until(rb".{%d}" % int(length.group(1))).group() if length else b""
        return head.group(1).decode(), body

    def answer(self, json):
        """200, and that."""
        self.say(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                 % (len(json), json))


class GnuTls(Server):
    """gnutls-serv, with a priority string."""

    def __init__(self, directory, chain, key, priority, *arguments):
        port = free_port()
        super().__init__(directory, [program("gnutls-serv"), "--http", "-p", port,
                                     "--x509certfile", chain, "--x509keyfile", key,
                                     "--priority", priority, *arguments], port)


class Apache(Server):
    """httpd with one host for each of `hosts`, which are lines of its configuration; `ports` are
    theirs, in order."""

    def __init__(self, directory, chain, key, *hosts):
        path, directory = program("apache2"), Path(directory)
        hosts = spread(chain, key, hosts)
        self.ports = [host[0] for host in hosts]
        modules = ("mpm_event", "authz_core", "ssl", "proxy", "proxy_http")
        lines = ["ServerRoot %s" % directory, "PidFile apache.pid", "ErrorLog /dev/stderr",
                 "ServerName localhost", "DocumentRoot %s" % directory,
                 "User #%d" % (os.getuid() or 65534), "Group #%d" % (os.getgid() or 65534),
                 "Mutex pthread", "SSLSessionCache none"]
        loads = ["LoadModule %s_module /usr/lib/apache2/modules/mod_%s.so" % (name, name)
                 for name in modules]
        for port, chain, key, host in hosts:
            lines += ["Listen 127.0.0.1:%d" % port, "<VirtualHost 127.0.0.1:%d>" % port,
                      "SSLEngine on", "SSLCertificateFile %s" % chain,
                      "SSLCertificateKeyFile %s" % key, host, "</VirtualHost>"]
        configuration = directory / "apache.conf"
        configuration.write_text("\n".join(loads + lines) + "\n", "utf-8")
        super().__init__(directory, [path, "-DFOREGROUND", "-f", configuration], self.ports[-1])


class Nginx(Server):
    """nginx with a server for each of `hosts`, as in Apache."""

    def __init__(self, directory, chain, key, *hosts):
        path, directory = program("nginx"), Path(directory)
        hosts = spread(chain, key, hosts)
        self.ports = [host[0] for host in hosts]
        servers = "".join("server { listen 127.0.0.1:%d ssl; ssl_certificate %s;"
                          " ssl_certificate_key %s; %s }\n" % (port, chain, key, host)
                          for port, chain, key, host in hosts)
        configuration = directory / "nginx.conf"
        configuration.write_text(
            "daemon off; master_process off; pid %s/nginx.pid; error_log stderr;\n"
            "events {}\nhttp { access_log off; client_body_temp_path %s;\n%s}\n"
            % (directory, directory, servers), "utf-8")
        super().__init__(directory, [path, "-p", directory, "-c", configuration], self.ports[-1])


class HaProxy(Server):
    """haproxy with a section for each of `hosts`: the words of its `bind`, and after the first
    line's end lines of the section."""

    def __init__(self, directory, chain, key, *hosts):
        path, directory = program("haproxy"), Path(directory)
        hosts = spread(chain, key, hosts)
        self.ports = [host[0] for host in hosts]
        lines = ["defaults", "mode http", "retries 0", "timeout connect 5s", "timeout client 60s",
                 "timeout server 60s"]
        for port, chain, key, host in hosts:
            words, _, more = host.partition("\n")
            both = directory / ("haproxy-%d.pem" % port)
            both.write_text(Path(chain).read_text("ascii") + Path(key).read_text("ascii"), "ascii")
            lines += ["listen port%d" % port,
                      "bind 127.0.0.1:%d ssl crt %s %s" % (port, both, words), more]
        configuration = directory / "haproxy.cfg"
        configuration.write_text("\n".join(lines) + "\n", "utf-8")
        super().__init__(directory, [path, "-db", "-f", configuration], self.ports[-1])


class Caddy(Server):
    """caddy with a site for each of `hosts`: lines of its `tls` block, and after an empty line
    those of the site."""

    def __init__(self, directory, chain, key, *hosts, name="tenant.example"):
        path, directory = program("caddy"), Path(directory)
        hosts = spread(chain, key, hosts)
        self.ports = [host[0] for host in hosts]
        sites = ["{\nadmin off\nauto_https off\n}"]
        for port, chain, key, host in hosts:
            words, _, more = host.partition("\n\n")
            sites.append("https://%s:%d {\nbind 127.0.0.1\ntls %s %s {\n%s\n}\n%s\n}"
                         % (name, port, chain, key, words, more))
        configuration = directory / "Caddyfile"
        configuration.write_text("\n".join(sites) + "\n", "utf-8")
        super().__init__(directory, [path, "run", "--adapter", "caddyfile", "--config",
                                     configuration], self.ports[-1],
                         env={"XDG_DATA_HOME": str(directory), "HOME": str(directory),
                              "XDG_CONFIG_HOME": str(directory)})


class Lighttpd(Server):
    """lighttpd with a socket for each of `hosts`, as in Apache."""

    def __init__(self, directory, chain, key, *hosts):
        path, directory = program("lighttpd"), Path(directory)
        hosts = spread(chain, key, hosts)
        self.ports = [host[0] for host in hosts]
        lines = ['server.document-root = "%s"' % directory, 'server.bind = "127.0.0.1"',
                 "server.port = %d" % free_port(),
                 'server.modules = ("mod_openssl", "mod_access", "mod_proxy")']
        for port, chain, key, host in hosts:
            lines += ['$SERVER["socket"] == "127.0.0.1:%d" {' % port, 'ssl.engine = "enable"',
                      'ssl.pemfile = "%s"' % chain, 'ssl.privkey = "%s"' % key, host, "}"]
        configuration = directory / "lighttpd.conf"
        configuration.write_text("\n".join(lines) + "\n", "utf-8")
        super().__init__(directory, [path, "-D", "-f", configuration], self.ports[-1])


class H2o(Server):
    """h2o with a host for each of `hosts`: lines of its listener's `ssl`, and after an empty line
    those of its only path."""

    def __init__(self, directory, chain, key, *hosts, name="tenant.example"):
        path, directory = program("h2o"), Path(directory)
        hosts = spread(chain, key, hosts)
        self.ports = [host[0] for host in hosts]
        lines = ["num-threads: 1", "hosts:"]
        if os.getuid() == 0:
            lines.insert(0, "user: root")
        for port, chain, key, host in hosts:
            words, _, more = host.partition("\n\n")
            lines += ['  "%s:%d":' % (name, port), "    listen:", "      host: 127.0.0.1",
                      "      port: %d" % port, "      ssl:", "        certificate-file: %s" % chain,
                      "        key-file: %s" % key]
            lines += ["        " + line for line in words.splitlines()]
            lines += ["    paths:", "      /:"]
            lines += ["        " + line for line in more.splitlines()]
        configuration = directory / "h2o.conf"
        configuration.write_text("\n".join(lines) + "\n", "utf-8")
        super().__init__(directory, [path, "-c", configuration], self.ports[-1])


class Java(Server):
    """TlsServer.java on the Java that is there, with a port for each of `kinds`, these lines of
    security properties in place of its own, and these properties."""

    def __init__(self, directory, chain, key, *kinds, security="", **properties):
        path, store = program("java"), Path(directory) / "java.p12"
        secure = Path(directory) / "java.security"
        secure.write_text(security, "ascii")
        self.kinds = kinds or ("plain",)
        subprocess.run([program("openssl"), "pkcs12", "-export", "-in", chain, "-inkey", key,
                        "-passout", "pass:changeit", "-out", store], check=True)
        words = ["-D%s=%s" % (name.replace("_", "."), value)
                 for name, value in properties.items()]
        super().__init__(directory, [path, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", *words,
                                     "-Djava.security.properties=%s" % secure,
                                     HERE / "TlsServer.java", store, "changeit", *self.kinds],
                         stdout=subprocess.PIPE)

    def await_start(self):
        line = self.process.stdout.readline()
        if not line and "jdk.compiler" in self.text():
            raise unittest.SkipTest("java has no compiler: a JRE is not enough")
        if not line:
            raise RuntimeError("java did not start: %s" % self.text())
        self.ports = [int(line)] + [int(self.process.stdout.readline()) for _ in self.kinds[1:]]
        self.port = self.ports[0]
