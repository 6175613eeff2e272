"""What is trusted and what is not, and what a person is told of it: anchors that cannot be used,
renewed certificates, servers' own certificates as anchors, and files of anchors."""

import socket
import tempfile
import threading
from pathlib import Path

import cli
from cli import CON, WireTest, connection
from proxy import copy
from tenant.pki import CA_EXTENSIONS, LEAF_EXTENSIONS, names
from tenant.pki_cases import HOST, Maker

PAST, FUTURE = {"start": -60, "end": -1}, {"start": 3000, "end": 3600}
PLAIN = ("subjectKeyIdentifier=hash", names(HOST))  # no basicConstraints, as Debian's snakeoil


class TrustTest(WireTest):
    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory(prefix="connsync-trust-")
        cls.addClassCleanup(directory.cleanup)
        cls.directory = Path(directory.name)
        cls.maker = Maker(cls.directory)

    def bundle(self, *certificates):
        path = self.directory / "bundle.pem"
        path.write_text("".join(one.pem() for one in certificates), "ascii")
        return path

    def answer(self, served, anchors, **how):
        """The line of JSON that a server with this chain leads to."""
        tenant = self.tenant(connection(), domain=HOST, host="127.0.0.1",
                             certificate=self.maker.shop.chain("served", *served),
                             key=served[0].key, **how)
        tenant.ca_file = self.bundle(*anchors)
        result = self.run_cli(tenant, "get", CON, "--json")
        line = result.json[0]
        self.expect(result, 0 if line["code"] == "ok" else 8)
        self.assertEqual(len(tenant.requests), line["code"] == "ok", result.raw)
        tenant.close()
        return line

    def accepted(self, served, anchors, **how):
        self.assertEqual(self.answer(served, anchors, **how)["code"], "ok")

    def refused(self, served, anchors, code, *words, **how):
        line = self.answer(served, anchors, **how)
        self.assertEqual(line["code"], code, line)
        for text in words:
            self.assertIn(text, line["message"])
        return line["message"]

    # ---- Files of anchors ----

    def long_bundle(self, *anchors):
        """One that is not kept in memory."""
        path = self.bundle(*anchors)
        path.write_text("# words\n" * 4000 + path.read_text("ascii"), "ascii")
        return path

    def test_what_a_long_file_has_is_found_when_it_is_needed(self):
        root, other = self.maker.root(), self.maker.root("rsa2048")
        middle = self.maker.intermediate(root)
        served = [self.maker.leaf(middle), middle]
        for anchors, status in (((other, root, other), 0), ((other, other), 8), (served[:1], 0)):
            tenant = self.tenant(connection(), domain=HOST, host="127.0.0.1", key=served[0].key,
                                 certificate=self.maker.shop.chain("served", *served))
            tenant.ca_file = self.long_bundle(*anchors)
            self.expect(self.run_cli(tenant, "get", CON), status)
            tenant.close()

    def test_a_long_file_that_is_written_to_meanwhile_is_not_believed(self):
        root = self.maker.root()
        middle = self.maker.intermediate(root)
        leaf = self.maker.leaf(middle)
        tenant = self.tenant(connection(), domain=HOST, host="127.0.0.1", key=leaf.key,
                             certificate=self.maker.shop.chain("served", leaf, middle))
        tenant.ca_file = self.long_bundle(root)
        with socket.create_server(("127.0.0.1", 0)) as server:
            thread = threading.Thread(target=self.write_and_relay, args=(server, tenant))
            thread.start()
            arguments = [*tenant.arguments()]
            arguments[arguments.index("--connect-to") + 1] = "127.0.0.1:%d" % server.getsockname()[1]
            result = self.run_cli(None, "get", CON, *arguments, env=tenant.environment())
            thread.join()
        self.assertEqual(result.code, 8, result.raw)
        self.assertIn("were written to while they were in use\n", result.err)
        self.assertEqual(tenant.requests, [])

    @staticmethod
    def write_and_relay(server, tenant):
        """The client has read its anchors when it connects."""
        client, _ = server.accept()
        with open(tenant.ca_file, "a", encoding="ascii") as out:
            out.write("# more\n")
        with client, socket.create_connection(("127.0.0.1", tenant.port)) as other:
            back = threading.Thread(target=copy, args=(other, client))
            back.start()
            copy(client, other)
            back.join()

    # ---- Renewed certificates ----

    def test_a_renewed_root_is_found_behind_and_before_its_twin(self):
        root = self.maker.root()
        middle = self.maker.intermediate(root)
        served = [self.maker.leaf(middle), middle]
        for dates, code in ((PAST, "cert_expired"), (FUTURE, "cert_not_yet_valid")):
            twin = self.maker.root("p256", **dates)
            self.accepted(served, [twin, root])
            self.accepted(served, [root, twin])
            self.refused(served, [twin, twin], code, "certificate O=connsync tests, CN=root-p256")

    def test_a_renewed_intermediate_is_found_wherever_it_is_sent(self):
        root = self.maker.root()
        upper = self.maker.intermediate(root)
        new = self.maker.issue("middle", self.maker.key("p256", 4), upper,
                               subject="/CN=middle", extensions=CA_EXTENSIONS)
        leaf = self.maker.leaf(new)
        for dates in (PAST, FUTURE):
            old = self.maker.issue("middle", self.maker.key("p256", 4), upper,
                                   subject="/CN=middle", extensions=CA_EXTENSIONS, **dates)
            for served in ([leaf, old, new, upper], [leaf, new, old, upper],
                           [leaf, old, upper, new], [leaf, new, upper, old]):
                self.accepted(served, [root])
        self.refused([leaf, old, upper], [root], "cert_not_yet_valid", "CN=middle, issued by")

    # ---- A server's own certificate as an anchor ----

    def own(self, *extensions, issuer=None, kind="p256", **how):
        return self.maker.issue("own", self.maker.key(kind, 3), issuer,
                                **{"extensions": extensions, "subject": "/CN=" + HOST, **how})

    def test_a_servers_own_certificate_can_be_the_anchor(self):
        for extensions in (PLAIN, LEAF_EXTENSIONS + (names(HOST),),
                           ("basicConstraints=CA:TRUE", names(HOST))):
            own = self.own(*extensions)
            for tls in ("1.2", "1.3"):
                self.accepted([own], [own], tls=tls)
            self.accepted([own], [self.maker.root(), own])
        sha1 = self.own(*PLAIN, kind="rsa2048", digest="sha1")
        self.accepted([sha1], [sha1])

    def test_so_can_one_of_an_authority_that_is_not_known(self):
        authority = self.maker.issue("unknown", self.maker.key("p256", 4),
                                     extensions=CA_EXTENSIONS, **PAST)
        middle = self.maker.intermediate(authority, **PAST)
        own = self.own(*PLAIN, issuer=middle)
        for served in ([own], [own, middle], [own, middle, authority]):
            self.accepted(served, [own])
        self.refused([own, middle], [self.maker.root()], "cert_untrusted")

    def test_its_name_dates_and_strength_are_verified(self):
        wrong = self.own("basicConstraints=CA:TRUE", names("other.test"))
        self.refused([wrong], [wrong], "cert_name_mismatch", "CN=" + HOST)
        for dates, code in ((PAST, "cert_expired"), (FUTURE, "cert_not_yet_valid")):
            own = self.own(*PLAIN, **dates)
            self.refused([own], [own], code)
        client = self.own(*PLAIN, "extendedKeyUsage=clientAuth")
        self.refused([client], [client], "cert_usage")

    def test_another_of_its_name_is_not_it(self):
        own, other = self.own(*PLAIN), self.own(*PLAIN)
        self.refused([own], [other], "cert_anchor", "it is no authority's (CA:FALSE), and not the "
                     "server's own certificate", "certificate CN=%s, issued by CN=%s" % (HOST, HOST))

    # ---- Anchors that are found and cannot be used ----

    def test_anchors_that_cannot_be_used_say_why(self):
        for kind, how, words in (
                ("p521", {}, "it has a P-521 key; RSA, P-256 or P-384 is needed"),
                ("k256", {}, "it has a key of another kind than RSA, P-256 or P-384"),
                ("rsa4608", {}, "it has an RSA key of more than 4096 bits"),
                ("p256", {"extensions": CA_EXTENSIONS + (
                    "nameConstraints=critical,permitted;DNS:auth0.test",)},
                 "critical extension that is not understood: nameConstraints"),
                ("p256", {"extensions": CA_EXTENSIONS + (
                    "policyConstraints=critical,requireExplicitPolicy:0",)},
                 "critical extension that is not understood: policyConstraints"),
                ("p256", {"extensions": CA_EXTENSIONS + ("1.2.840.3=critical,ASN1:NULL",)},
                 "critical extension that is not understood: 1.2.840.3"),
                ("p256", {"extensions": PLAIN}, "it is no authority's (CA:FALSE)"),
                ("p256", {"extensions": ("basicConstraints=critical,CA:TRUE",
                                         "keyUsage=critical,cRLSign")},
                 "it may not sign certificates (key usage)")):
            with self.subTest(words):
                root = self.maker.root(kind, subject="/O=Odd/CN=Root", **how)
                leaf = self.maker.leaf(root)
                for anchors in ([root], [self.maker.root(), root]):
                    self.refused([leaf], anchors, "cert_anchor", "cannot be used", words,
                                 "certificate CN=%s, issued by O=Odd, CN=Root" % HOST)

    def test_an_anchor_of_the_same_name_with_another_key(self):
        root, twin = (self.maker.issue("root", self.maker.key("p256", number),
                                       extensions=CA_EXTENSIONS) for number in (4, 5))
        self.refused([self.maker.leaf(twin)], [root], "cert_untrusted",
                     "the trusted root of the issuer's name has another key")

    # ---- Extensions of what a server sends ----

    def test_critical_extensions_are_named(self):
        for extension, name in (("policyConstraints=critical,requireExplicitPolicy:0",) * 2,
                                ("inhibitAnyPolicy=critical,0",) * 2,
                                ("policyMappings=critical,1.2.3:1.2.4",) * 2,
                                ("certificatePolicies=critical,1.2.3",) * 2,
                                ("1.3.6.1.4.1.55555.1=critical,ASN1:NULL",) * 2):
            name = name.split("=")[0]
            middle = self.maker.intermediate(self.maker.root(), subject="/CN=Policy CA",
                                             extensions=CA_EXTENSIONS + (extension,))
            served = [self.maker.leaf(middle), middle]
            for tls in ("1.2", "1.3"):
                message = self.refused(served, [self.maker.root()], "cert_critical_extension",
                                       "(%s; certificate CN=Policy CA, issued by" % name, tls=tls)
                self.assertNotIn("name constraints", message)

    def test_critical_name_constraints_keep_their_words(self):
        middle = self.maker.intermediate(self.maker.root(), extensions=CA_EXTENSIONS + (
            "nameConstraints=critical,permitted;DNS:other.test",))
        self.refused([self.maker.leaf(middle), middle], [self.maker.root()], "cert_constraint",
                     "name constraints", "(nameConstraints; certificate O=connsync tests, CN=inter")

    # ---- What is told of a certificate ----

    def test_an_inspecting_proxy_is_recognised(self):
        proxy = self.maker.issue("proxy", self.maker.key("p256", 4), extensions=CA_EXTENSIONS,
                                 subject="/C=US/O=Inspector, Inc./OU=Proxies/CN=Inspector Root CA")
        leaf = self.maker.leaf(proxy)
        words = "certificate CN=%s, issued by O=Inspector\\2C Inc., OU=Proxies, CN=Inspector Root CA"
        self.refused([leaf], [self.maker.root()], "cert_untrusted", words % HOST)
        self.refused([leaf, proxy], [self.maker.root()], "cert_untrusted", "CN=Inspector Root CA")

    def test_names_reach_no_terminal_as_they_are(self):
        ends = {"\x1b[31m": "\\1B[31m", "\u00f6": "\\C3\\B6", "\u202e": "\\E2\\80\\AE",
                "\\\\": "\\5C"}
        for text, escaped in ends.items():
            leaf = self.maker.leaf(None, subject="/CN=a%sb" % text)
            message = self.refused([leaf], [self.maker.root()], "cert_untrusted",
                                   "certificate CN=a%sb, issued by" % escaped)
            self.assertTrue(message.isascii() and message.isprintable(), message)
        long = "".join("/OU=" + "x" * 64 for _ in range(20))
        message = self.refused([self.maker.leaf(None, subject=long)], [self.maker.root()],
                               "cert_untrusted", "certificate OU=xxx")
        self.assertLess(len(message), 600)

    # ---- Files of anchors ----

    def test_files_as_they_are_found(self):
        root = self.maker.root()
        tenant = self.tenant(connection(), domain=HOST, host="127.0.0.1",
                             certificate=self.maker.shop.chain("plain", self.maker.leaf(root)),
                             key=self.maker.key("p256", 3))
        tenant.ca_file = self.directory / "as it is.pem"
        lines, pem = root.pem().splitlines(), root.pem()
        for text in ("\ufeff" + pem, "".join("    %s\r\n" % line for line in lines),
                     "subject: Root\n" + pem.replace("CERTIFICATE", "TRUSTED CERTIFICATE") + pem):
            tenant.ca_file.write_text(text, "utf-8")
            self.expect(self.run_cli(tenant, "get", CON), 0)
        for text, words in ((pem + "\n".join(lines[:-2]), "the file ends inside a block"),
                            (pem + pem.replace(lines[2], "*" + lines[2][1:]), "not base64"),
                            (pem + "text " + pem, "a certificate ends that did not begin"),
                            (pem + "\n".join((lines[0], "MAMCAQE=", lines[-1])),
                             "this block does not hold one certificate")):
            tenant.ca_file.write_text(text, "utf-8")
            self.expect(self.run_cli(tenant, "get", CON), 8, "as it is.pem: line ", words)
        tenant.close()


if __name__ == "__main__":
    cli.main()
