"""Apache, nginx, HAProxy, Caddy, lighttpd and H2O in front of the tenant: what each of them can be
made to say in TLS has its own sentence, a change goes through each, and what is the front's own
answer, not the tenant's, is told as such.

Each front is started once, with a port for each case. The tenant behind it is there only while a
test has it there, so that the front also has to do without.
"""

import shutil
import tempfile
import unittest
from pathlib import Path

import cli
import servers
from cli import CON, WireTest, connection
from tenant import pki
from tenant.faults import Fault

HOST = "tenant.example"
CLIENT = ("basicConstraints=critical,CA:FALSE", "keyUsage=critical,digitalSignature",
          "extendedKeyUsage=clientAuth")
NOTHING_IN_COMMON = ("tls_failed", "alert 40, handshake_failure: nothing in common; needed:",
                     "TLS 1.2 or 1.3", "on X25519, P-256 or P-384", "RSA, P-256 or P-384 key")
P521_SHOWN = ("tls_failed", "its certificate list has a key of the kind P-521; needed: RSA")
OLD = ("tls_version", "neither TLS 1.2 nor TLS 1.3", "the server's alert 70")
UNTOLD = ("connection_closed", "closed the connection without an answer",
          "(in the TLS handshake, and without an alert)")
WANTED = ("client_certificate", "asks for a client certificate", "the server's alert 116")
WANTED_12 = ("client_certificate", "asks for a client certificate", "the server's alert 40")
WANTED_GO = ("client_certificate", "asks for a client certificate", "alert 42, bad_certificate")
WANTED_PAGE = ("client_certificate", "asks for a client certificate", "HTTP 400", "(nginx)")
PAGE = "the answer is a web page, not the API's"
EMPTY = "the answer is empty, and the API's are not (caddy)"
# Longer than a record of TLS, a buffer of a proxy, and a segment.
LONG = b'"client_secret":"MARKER-secret","text":"' + b"MARKER, 20 bytes of " * 1500 + b'"'


class Shop:
    """Keys and certificates, made once for all fronts."""

    def __init__(self, directory):
        self.make = pki.Workshop(directory)
        self.root, other = self.authority("root", 1), self.authority("other-root", 3)
        odd = self.make.issue("odd-root", self.make.key("p521", 1), extensions=pki.CA_EXTENSIONS)
        middle = self.make.issue("middle", self.make.key("p256", 5), self.root, extensions=(
            *pki.CA_EXTENSIONS, "policyConstraints=critical,requireExplicitPolicy:0"))
        self.trusted = self.make.chain("trusted", self.root, odd)
        self.client = self.make.issue("client", self.make.key("p256", 4), self.root,
                                      extensions=CLIENT)
        self.good, self.p521 = self.pair("good"), self.pair("p521", "p521")
        self.rsa = self.pair("rsa", "rsa2048")
        self.another = self.pair("another", host="other.example")
        long = self.make.directory / "long.pem"
        long.write_text("".join(path.read_text("ascii")
                                for path in [self.good[0]] + [self.rsa[0]] * 30), "ascii")
        under = self.pair("under", issuer=middle)
        policy = self.make.directory / "policy.pem"
        policy.write_text(under[0].read_text("ascii") + middle.pem(), "ascii")
        self.wrong = {
            self.pair("expired", start=-60, end=-1):
                ("cert_expired", "certificate CN=expired, issued by CN=root"),
            self.pair("early", start=3000, end=3600): ("cert_not_yet_valid", "CN=early"),
            self.another: ("cert_name_mismatch", "CN=another"),
            self.pair("stranger", issuer=other):
                ("cert_untrusted", "issued by CN=other-root", "--ca-file"),
            self.pair("of-odd-root", issuer=odd):
                ("cert_anchor", "cannot be used", "it has a P-521 key", "issued by CN=odd-root"),
            (policy, under[1]):
                ("cert_critical_extension", "(policyConstraints; certificate CN=middle, issued by"),
            self.pair("large", "rsa4608"):
                ("tls_failed", "has a key of the kind RSA; needed: RSA of up to 4096 bits"),
            (long, self.good[1]): ("tls_failed", "its certificate list is larger than 16 KB"),
        }

    def authority(self, name, number):
        """A root."""
        return self.make.issue(name, self.make.key("p256", number), extensions=pki.CA_EXTENSIONS)

    def pair(self, name, kind="p256", host=HOST, issuer=None, **dates):
        """(certificate, key) of a server."""
        found = self.make.issue(name, self.make.key(kind, 2), issuer or self.root,
                                extensions=pki.LEAF_EXTENSIONS + (pki.names(host, "127.0.0.1"),),
                                **dates)
        return found.path, found.key


def setUpModule():
    """The only Shop."""
    global SHOP  # pylint: disable=global-statement
    directory = tempfile.mkdtemp(prefix="connsync-fronts-")
    unittest.addModuleCleanup(shutil.rmtree, directory, ignore_errors=True)
    SHOP = Shop(Path(directory) / "pki")


SHOP = None


class Front:
    """What is asked of each; the classes below say how each is told.

    server      of servers.py
    between     what ends the words for TLS in a host's text
    through     the words that send requests on to the port BACK of 127.0.0.1
    closed      those of a place that is nobody's, and what is then said
    no_tenant   what is said without the tenant
    tls         words for TLS, or (words, pair of the Shop); what they lead to, or None: a success.
                ROOT is the root's file.
    """

    between, p521 = "\n", NOTHING_IN_COMMON
    # What the tenant does, and what befalls each answer. After an answer of 1xx nginx ends the
    # connection, and HAProxy leaves half of the next answer lying: there it is not asked. Where the
    # tenant closes so does HAProxy.
    ways = (({"framing": "chunked"}, {}), ({"framing": "length"}, {"kind": "interim"}),
            ({"framing": "close"}, {}), ({"casing": "odd"}, {"kind": "chunked"}),
            ({"close_each": True}, {"kind": "drip", "size": 999}))

    @classmethod
    def setUpClass(cls):
        cls.place = Path(tempfile.mkdtemp(prefix="connsync-front-"))
        cls.place.chmod(0o755)
        SHOP.make.directory.parent.chmod(0o755)
        cls.addClassCleanup(shutil.rmtree, cls.place, ignore_errors=True)
        cls.back = servers.free_port()
        cls.expected, hosts = [], [cls.host("", cls.through), cls.host("", cls.closed[0])]
        for pair, expected in {**SHOP.wrong, SHOP.p521: cls.p521}.items():
            cls.expected.append((pair[0].stem, expected))
            hosts.append((cls.host("", cls.through), *pair))
        for words, expected, *pair in cls.tls:
            cls.expected.append((words, expected))
            hosts.append((cls.host(words, cls.through), *getattr(SHOP, *pair or ("good",))))
        cls.front = cls.server(cls.place, *SHOP.good, *hosts)
        cls.addClassCleanup(cls.front.close)

    @classmethod
    def host(cls, words, more):
        """A host's text."""
        text = words + cls.between + more
        return text.replace("BACK", str(cls.back)).replace("ROOT", str(SHOP.root.path))

    def behind(self, *arguments, **how):
        """The tenant that the front leads to."""
        return self.tenant(connection(*arguments, options=LONG), tls="none", domain=HOST,
                           port=self.back, **how)

    def ask(self, port, *arguments, tenant=None, timeout=20, domain=HOST):
        """One command through that port of the front."""
        token = tenant.token if tenant else "MARKER-token"
        limit = str(int(timeout * self.slowness))
        return self.run_cli(None, *arguments, "--json", "--timeout", limit, "--ca-file",
                            str(SHOP.trusted), "--domain", domain, "--connect-to",
                            "127.0.0.1:%d" % port, env={"AUTH0_API_TOKEN": token})

    def expect_code(self, result, code, *texts):
        """The status and words of a failure."""
        self.assertEqual(result.json[0]["code"], code, result.raw)
        for text in texts:
            self.assertIn(text, result.message, self.front.text())

    def test_what_tls_says(self):
        tenant = self.behind()
        for port, (case, expected) in zip(self.front.ports[2:], self.expected):
            with self.subTest(case):
                requests = len(tenant.requests)
                result = self.ask(port, "get", CON, tenant=tenant, timeout=4)
                if expected is None:
                    self.expect(result, 0)
                else:
                    self.expect_code(result, *expected)
                    self.assertEqual(len(tenant.requests), requests, "a request came through")

    def test_a_client_certificate(self):
        key = SHOP.client.key
        for port, (case, expected) in zip(self.front.ports[2:], self.expected):
            if expected and expected[0] == "client_certificate":
                tenant = self.behind()
                with self.subTest(case):
                    self.expect(self.ask(port, "get", CON, "--client-certificate",
                                         str(SHOP.client.path), "--client-key", str(key),
                                         tenant=tenant), 0)
                tenant.close()

    def test_a_change_goes_through(self):
        for how, fault in self.ways:
            with self.subTest((how, fault)):
                tenant = self.behind(**how)
                tenant.faults += [Fault(times=None, **fault)] if fault else []
                result = self.ask(self.front.ports[0], "set", CON, "off", tenant=tenant)
                self.expect(result, 0)
                self.expect_set(tenant, CON, "on_first_login")
                self.assertEqual(tenant.methods(), ["GET", "PATCH", "GET"])
                if how.get("framing") != "close" and fault.get("kind") != "interim":
                    self.assertIn("connsync: 3 requests, 1 TLS handshakes", result.err)
                tenant.close()

    def test_a_cut_answer_is_asked_for_again(self):
        for method, occurrence, framing in (("GET", 1, "chunked"), ("GET", 2, "length"),
                                            ("PATCH", 1, "length")):
            with self.subTest((method, occurrence, framing)):
                tenant = self.behind(framing=framing)
                cut = Fault("cut", method=method, occurrence=occurrence, bytes=9000)
                tenant.faults.append(cut)
                result = self.ask(self.front.ports[0], "set", CON, "off", tenant=tenant)
                self.expect(result, 0)
                self.assertEqual(cut.fired, 1)
                self.expect_set(tenant, CON, "on_first_login")
                tenant.close()

    def test_answers_of_its_own(self):
        result = self.ask(self.front.ports[1], "get", CON)
        self.expect_code(result, *self.closed[1:])
        result = self.ask(self.front.ports[0], "get", CON, timeout=2)
        self.expect_code(result, "server_error", *self.no_tenant)


class ApacheTest(Front, WireTest):
    """Location-bound client certificates are in test_tls_servers.py."""

    server = servers.Apache
    # Without "retry" it would not look for the tenant again for a minute.
    through = "ProxyPreserveHost On\nProxyPass / http://127.0.0.1:BACK/ retry=0 nocanon"
    closed = ("<Location />\nRequire all denied\n</Location>", "web_page", "HTTP 403", "(apache)")
    no_tenant = ("HTTP 503", PAGE, "(apache)")
    tls = (("SSLProtocol TLSv1 TLSv1.1\nSSLCipherSuite ALL:@SECLEVEL=0", OLD, "rsa"),
           ("SSLOpenSSLConfCmd Curves P-384", None),
           ("SSLOpenSSLConfCmd Curves P-521", NOTHING_IN_COMMON),
           ("SSLProtocol TLSv1.2\nSSLCipherSuite AES128-GCM-SHA256", NOTHING_IN_COMMON, "rsa"),
           ("SSLVerifyClient require\nSSLCACertificateFile ROOT", WANTED),
           ("SSLProtocol TLSv1.2\nSSLVerifyClient require\nSSLCACertificateFile ROOT", WANTED_12))


class NginxTest(Front, WireTest):
    """It asks for client certificates, and says in a page that there was none."""

    server = servers.Nginx
    through = ("location / { proxy_pass http://127.0.0.1:BACK; proxy_set_header Host $http_host;"
               " proxy_http_version 1.1; }")
    closed = ("location / { deny all; }", "web_page", "HTTP 403", "(nginx)")
    no_tenant = ("HTTP 502", PAGE, "(nginx)")
    tls = (("ssl_protocols TLSv1 TLSv1.1; ssl_ciphers ALL:@SECLEVEL=0;", OLD, "rsa"),
           ("ssl_ecdh_curve secp384r1;", None),
           ("ssl_ecdh_curve secp521r1;", NOTHING_IN_COMMON),
           ("ssl_protocols TLSv1.2; ssl_ciphers AES128-GCM-SHA256;", NOTHING_IN_COMMON, "rsa"),
           ("ssl_verify_client on; ssl_client_certificate ROOT;", WANTED_PAGE))


class HaProxyTest(Front, WireTest):
    """It has a page for each error, and no name."""

    server, ways = servers.HaProxy, Front.ways[:1] + Front.ways[2:]
    through = "server tenant 127.0.0.1:BACK"
    closed = ("http-request deny", "web_page", "HTTP 403")
    no_tenant = ("HTTP 503", PAGE)
    tls = (("ssl-min-ver TLSv1.0 ssl-max-ver TLSv1.1 ciphers ALL:@SECLEVEL=0", OLD, "rsa"),
           ("curves P-384", None),
           ("curves P-521", NOTHING_IN_COMMON),
           ("ssl-min-ver TLSv1.3 ciphersuites TLS_AES_128_CCM_SHA256", NOTHING_IN_COMMON),
           ("ssl-max-ver TLSv1.2 ciphers AES128-GCM-SHA256", NOTHING_IN_COMMON, "rsa"),
           ("verify required ca-file ROOT", WANTED),
           ("ssl-max-ver TLSv1.2 verify required ca-file ROOT", WANTED_12),
           ("strict-sni", ("tls_failed", "unrecognized_name", "check the domain"), "another"))

    def test_an_address_is_not_sent_as_a_name(self):
        with servers.HaProxy(self.place, *SHOP.good, "\nhttp-request deny deny_status 429 if "
                             "{ ssl_fc_has_sni }\nhttp-request deny") as front:
            for domain, status in ((HOST, 429), ("127.0.0.1", 403)):
                result = self.ask(front.ports[0], "get", CON, domain=domain, timeout=2)
                self.assertIn("HTTP %d" % status, result.message)


class CaddyTest(Front, WireTest):
    """Its own answers have no body. It has no TLS before 1.2, as Go has none by default."""

    server, between = servers.Caddy, "\n\n"
    through = "reverse_proxy 127.0.0.1:BACK"
    closed = ("respond 403", "forbidden", "HTTP 403", EMPTY)
    no_tenant = ("HTTP 502", EMPTY)
    tls = (("curves secp384r1", None), ("curves secp521r1", NOTHING_IN_COMMON),
           ("protocols tls1.2 tls1.2\nciphers TLS_RSA_WITH_AES_128_GCM_SHA256", NOTHING_IN_COMMON,
            "rsa"),
           ("protocols tls1.2 tls1.2", P521_SHOWN, "p521"),
           ("client_auth {\nmode require_and_verify\ntrusted_ca_cert_file ROOT\n}", WANTED_GO))


class LighttpdTest(Front, WireTest):
    """It spells trailers wrong (CR CR LF), which no client has to take: here there are none."""

    server = servers.Lighttpd
    ways = Front.ways[:3] + (({"casing": "odd"}, {"kind": "chunked", "trailers": ""}),
                             Front.ways[4])
    through = 'proxy.server = ("" => (("host" => "127.0.0.1", "port" => BACK)))'
    closed = ('url.access-deny = ("")', "web_page", "HTTP 403", "(lighttpd)")
    no_tenant = ("HTTP 503", PAGE, "(lighttpd)")
    commands = 'ssl.openssl.ssl-conf-cmd = (%s)'
    verify = ('\nssl.verifyclient.activate = "enable"\nssl.verifyclient.enforce = "enable"\n'
              'ssl.verifyclient.ca-file = "ROOT"')
    tls = ((commands % '"MinProtocol" => "TLSv1", "MaxProtocol" => "TLSv1.1",'
                       ' "CipherString" => "ALL:@SECLEVEL=0"', OLD, "rsa"),
           (commands % '"Curves" => "P-384"', None),
           (commands % '"Curves" => "P-521"', NOTHING_IN_COMMON),
           (commands % '"MaxProtocol" => "TLSv1.2", "CipherString" => "AES128-GCM-SHA256"',
            NOTHING_IN_COMMON, "rsa"),
           (verify, WANTED), (commands % '"MaxProtocol" => "TLSv1.2"' + verify, WANTED_12))


class H2oTest(Front, WireTest):
    """Where there is nothing in common it closes without an alert. It asks for no certificates, and
    cannot be kept from newer versions."""

    server, between, p521 = servers.H2o, "\n\n", UNTOLD
    through = 'proxy.reverse.url: "http://127.0.0.1:BACK/"\nproxy.preserve-host: ON'
    closed = ("file.dir: /var/empty", "web_page", "HTTP 404", "(h2o)")
    no_tenant = ("HTTP 502", PAGE, "(h2o)")
    tls = ()


if __name__ == "__main__":
    cli.main()
