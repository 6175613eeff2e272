"""The main job through an HTTP proxy, and all that a proxy can do wrong."""

import base64
import signal
import socket
import time

import cli
from cli import CON, Fault, WireTest, connection
from proxy import ESTABLISHED, Answer, Proxy

USER = "corp\\j%C3%B6e"
PASSWORD = "MARKER%3Ap%40ss%2Fw%25rd"
PLAIN = "corp\\jöe:MARKER:p@ss/w%rd"


class ProxyTest(WireTest):
    """Proxies that are closed after the test, and whose credentials are searched for."""

    def setUp(self):
        super().setUp()
        self.more_secrets += [PASSWORD, "MARKER:p@ss/w%rd", base64.b64encode(PLAIN.encode())]
        # Nothing that a proxy sends may reach the output either.
        self.more_secrets += ["MARKER-proxy-page", "MARKER-phrase", "MARKER-realm"]

    def proxy(self, *answers, **how):
        proxy = Proxy(answers=answers, **how)
        self.addCleanup(proxy.close)
        return proxy

    def through(self, proxy, *words, tenant=None, env=None, timeout=20):
        """(tenant, result) of a `set` with these options and environment."""
        tenant = tenant or self.tenant(connection())
        if not words and env is None:
            words = ("--proxy", proxy.url)
        result = self.run_cli(tenant, "set", CON, "off", "--timeout", str(timeout), "--json",
                              *words, env={**tenant.environment(), **(env or {})})
        return tenant, result

    def works(self, proxy, *words, **how):
        """It is set, through one tunnel to the tenant."""
        tenant, result = self.through(proxy, *words, **how)
        self.expect(result, 0)
        self.expect_set(tenant, CON, "on_first_login")
        self.assertEqual(tenant.methods(), ["GET", "PATCH", "GET"])
        self.assertEqual((proxy.tunnels, tenant.tcp_connections), (1, 1))
        return tenant

    def fails(self, proxy, exit_code, code, *texts, words=(), **how):
        """It ends with that exit code and code word, names the proxy, and nothing is written."""
        tenant, result = self.through(proxy, *words, **how)
        self.expect(result, exit_code, *texts)
        if code.startswith("proxy_"):
            self.expect(result, exit_code, "the proxy 127.0.0.1 port %d" % proxy.port)
        line = result.json[0]
        self.assertEqual((line["status"], line["code"]), ("failed", code), line)
        self.assertIn(line["message"], result.message)
        self.expect_untouched(tenant, CON)
        return result

    def direct(self, *words, env=None):
        """The proxy that the words and the environment name is not asked; `{}` is its place."""
        proxy = self.proxy()
        env = {key: value.format(proxy.address) for key, value in (env or {}).items()}
        tenant, result = self.through(proxy, *(word.format(proxy.address) for word in words),
                                      env=env)
        self.expect(result, 0)
        self.assertEqual((proxy.connections, tenant.tcp_connections), (0, 1))


class TunnelTest(ProxyTest):
    """Proxies that do what they should."""

    def test_the_request(self):
        proxy = self.proxy()
        tenant = self.works(proxy)
        target = "%s:%d" % (tenant.host, tenant.port)
        (request,) = proxy.requests
        self.assertEqual(request.line, "CONNECT %s HTTP/1.1" % target)
        self.assertEqual(request.fields["Host"], target)
        self.assertEqual(sorted(request.fields), ["Host", "User-Agent"])
        self.assertTrue(request.raw.endswith(b"\r\n\r\n"))

    def test_the_proxy_resolves_the_domain(self):
        """A name that exists nowhere is the proxy's to look up; the certificate has to fit it."""
        tenant = self.tenant(connection())
        proxy = self.proxy(routes={tenant.domain + ":443": (tenant.host, tenant.port)})
        result = self.run_cli(None, "set", CON, "off", "--proxy", proxy.url, "--ca-file",
                              str(tenant.ca_file), env=tenant.environment())
        self.expect(result, 0)
        self.assertEqual(proxy.targets, [tenant.domain + ":443"])
        self.expect_set(tenant, CON, "on_first_login")

    def test_connect_to_is_what_the_proxy_is_told(self):
        tenant = self.tenant(connection())
        proxy = self.proxy(routes={"[2001:db8::7]:8443": (tenant.host, tenant.port)})
        result = self.run_cli(None, "get", CON, "--proxy", proxy.url, "--ca-file",
                              str(tenant.ca_file), "--connect-to", "[2001:db8::7]:8443",
                              env=tenant.environment())
        self.expect(result, 0, "on_each_login")
        self.assertEqual(proxy.targets, ["[2001:db8::7]:8443"])
        self.assertEqual(proxy.requests[0].fields["Host"], "[2001:db8::7]:8443")

    def test_token_and_job_share_the_tunnel(self):
        proxy, tenant = self.proxy(), self.tenant(connection())
        result = self.run_cli(tenant, "set", CON, "off", "--proxy", proxy.url,
                              env=tenant.environment(credentials=True))
        self.expect(result, 0)
        self.assertEqual(tenant.methods(), ["POST", "GET", "PATCH", "GET"])
        self.assertEqual((proxy.connections, proxy.tunnels), (1, 1))

    def test_a_second_tunnel_when_the_first_breaks(self):
        proxy, tenant = self.proxy(), self.tenant(connection())
        tenant.faults.append(Fault("close_after", method="PATCH"))
        _, result = self.through(proxy, tenant=tenant)
        self.expect(result, 0)
        self.expect_set(tenant, CON, "on_first_login")
        self.assertEqual(proxy.tunnels, 2)

    def test_ipv6_proxy(self):
        try:
            proxy = self.proxy(host="::1")
        except OSError:
            self.skipTest("this machine has no ::1")
        self.works(proxy)

    def test_named_proxy(self):
        proxy = self.proxy()
        self.works(proxy, "--proxy", "http://localhost:%d/" % proxy.port)

    def test_credentials(self):
        proxy = self.proxy(credentials=PLAIN)
        self.works(proxy, env={"HTTPS_PROXY": "http://%s:%s@%s" % (USER, PASSWORD, proxy.address)})
        self.assertEqual(proxy.connections, 1, "they are sent unasked")
        self.assertEqual(sorted(proxy.requests[0].fields),
                         ["Host", "Proxy-Authorization", "User-Agent"])

    def test_nothing_of_the_tenant_s_is_told(self):
        proxy = self.proxy()
        tenant = self.works(proxy)
        for secret in tenant.secrets:
            self.assertNotIn(secret, proxy.requests[0].raw.decode("latin-1"))
        for request in tenant.requests:
            self.assertIsNone(request.header("Proxy-Authorization"))

    def test_answers_that_open_a_tunnel(self):
        def check(data):
            self.works(self.proxy(Answer(data)))

        head = b"HTTP/1.1 200 OK\r\n"
        self.all_of(check, [
            b"HTTP/1.0 200 Connection established\r\n\r\n", b"HTTP/1.1 200\r\n\r\n",
            b"HTTP/1.1 200 \r\n\r\n", b"HTTP/1.1 204 No Content\r\n\r\n",
            b"HTTP/1.1 299 x\r\n\r\n", b"HTTP/1.1 200 OK\n\n",
            # These have no meaning in a 2xx to CONNECT (RFC 9110, section 9.3.6).
            head + b"Content-Length: 5\r\n\r\n", head + b"Transfer-Encoding: chunked\r\n\r\n",
            head + b"Via: 1.1 a\r\nX-Long: " + b"x" * 8000 + b"\r\n\r\n",
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n" + ESTABLISHED,
        ])

    def test_answer_cut_at_every_byte(self):
        head = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nVia: 1.1 x\r\n\r\n"
        self.works(self.proxy(Answer(head, piece=1, pause=0.002)))

    def test_certificates_are_checked_all_the_same(self):
        proxy = self.proxy()
        tenant = self.tenant(connection())
        result = self.fails(proxy, 8, "cert_name_mismatch", "another name", tenant=tenant,
                            words=("--proxy", proxy.url, "--domain", "other.example.auth0.test"))
        self.assertEqual((tenant.requests, proxy.tunnels), ([], 1), result.raw)
        other = self.tenant(connection())
        result = self.run_cli(None, "get", CON, "--proxy", proxy.url, "--connect-to",
                              "%s:%d" % (tenant.host, tenant.port), env=tenant.environment())
        self.assertEqual(result.code, 8, result.raw)
        self.assertEqual((tenant.requests, other.requests), ([], []))

    def test_interrupt_while_the_proxy_is_silent(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            proxy, tenant = self.proxy(Answer(b"", then="hold")), self.tenant(connection())
            process = self.start(tenant, "set", CON, "off", "--proxy", proxy.url)
            limit = time.monotonic() + 10
            while not proxy.requests and time.monotonic() < limit:
                time.sleep(0.005)
            since = time.monotonic()
            process.send_signal(number)
            self.expect(self.finish(process, since), 1, "nothing written")


class ChoiceTest(ProxyTest):
    """Which proxy, and whether any; the unit test has the tables."""

    def test_where_the_url_comes_from(self):
        def check(case):
            env, words = case
            proxy = self.proxy()
            self.works(proxy, *(word.format(proxy.address) for word in words),
                       env={key: value.format(proxy.address) for key, value in env.items()})

        dead = "http://127.0.0.1:1"
        self.all_of(check, [
            ({"https_proxy": "http://{}"}, ()), ({"HTTPS_PROXY": "http://{}"}, ()),
            ({"all_proxy": "http://{}"}, ()), ({"ALL_PROXY": "http://{}"}, ()),
            ({"HTTPS_PROXY": "{}"}, ()), ({"HTTPS_PROXY": "HTTP://{}/"}, ()),
            ({"https_proxy": "http://{}", "HTTPS_PROXY": dead}, ()),
            ({"https_proxy": "", "HTTPS_PROXY": "http://{}"}, ()),
            ({"HTTPS_PROXY": "http://{}", "all_proxy": dead}, ()),
            ({"https_proxy": dead}, ("--proxy", "http://{}")),
            ({"HTTPS_PROXY": "socks5://x"}, ("--proxy", "http://{}")),
            ({"HTTPS_PROXY": "http://{}", "NO_PROXY": "example.com,127.0.0.1"}, ()),
            ({"HTTPS_PROXY": "http://{}", "NO_PROXY": "*"}, ("--no-proxy", "")),
            ({"HTTPS_PROXY": "http://{}", "no_proxy": "x.test", "NO_PROXY": "*"}, ()),
        ])

    def test_when_none_is_asked(self):
        url = {"HTTPS_PROXY": "http://{}"}
        self.direct(env={"http_proxy": "http://{}", "HTTP_PROXY": "http://{}"})
        self.direct("--proxy", "", env=url)
        self.direct("--no-proxy", "*", env=url)
        self.direct("--proxy", "http://{}", "--no-proxy", "auth0.test")
        self.direct("--proxy", "http://{}", env={"NO_PROXY": ".example.auth0.test"})
        self.direct(env={**url, "no_proxy": "a.test, TENANT.example.auth0.test:443"})
        self.direct(env={"HTTPS_PROXY": "socks5://x", "NO_PROXY": "*"})

    def test_urls_that_are_refused(self):
        def check(case):
            words, env, texts = case
            env = {"AUTH0_DOMAIN": "t.example.auth0.test", "AUTH0_API_TOKEN": "MARKER-t", **env}
            result = self.run_cli(None, "get", "x", *words, env=env, verbose=False)
            self.assertEqual((result.code, result.out), (64, ""), result.raw)
            for text in texts:
                self.assertIn(text, result.message)

        def given(url, *texts):
            return [((), {"HTTPS_PROXY": url}, ("HTTPS_PROXY: ", *texts)),
                    (("--proxy", url), {}, ("--proxy: ", *texts))]

        secret = PASSWORD
        self.all_of(check, [
            *given("https://proxy.test:3128", "TLS to the proxy"),
            *given("socks5h://proxy.test", "SOCKS"), *given("ftp://proxy.test", "http://"),
            *given("http://", "not valid"), *given("http://proxy.test:x", "not valid"),
            *given("http://proxy.test:3128/path", "ends after"),
            ((), {"ALL_PROXY": "socks5://u:%s@x" % secret}, ("ALL_PROXY: ", "SOCKS")),
            ((), {"https_proxy": "http://u:%s/x@proxy.test" % secret}, ("https_proxy: ",)),
            ((), {"https_proxy": "http://u:%s%%0A@proxy.test" % secret}, ("not valid",)),
            (("--proxy", "http://u:%s@proxy.test" % secret), {}, ("HTTPS_PROXY", "processes")),
            (("--proxy=http://%s@proxy.test" % secret,), {}, ("HTTPS_PROXY",)),
        ])


class FailureTest(ProxyTest):
    """Proxies that do not open a tunnel."""

    def test_credentials_are_missing(self):
        proxy = self.proxy(credentials=PLAIN)
        self.fails(proxy, 4, "proxy_credentials", "HTTP 407", "wants a user name", "HTTPS_PROXY")
        self.assertEqual(proxy.connections, 1)

    def test_credentials_are_wrong(self):
        proxy = self.proxy(credentials="somebody:else")
        env = {"HTTPS_PROXY": "http://%s:%s@%s" % (USER, PASSWORD, proxy.address)}
        self.fails(proxy, 4, "proxy_credentials", "HTTP 407", "did not accept", env=env)
        self.assertEqual(proxy.connections, 1, "a second attempt could lock the account")

    def test_credentials_are_declined_in_another_way(self):
        proxy = self.proxy(default=Answer.status(401))
        self.fails(proxy, 4, "proxy_credentials", "HTTP 401")
        self.assertEqual(proxy.connections, 1)

    def test_credentials_are_declined_after_a_write(self):
        """The write's fate stays open; the proxy is asked once more and not again."""
        proxy, tenant = self.proxy(), self.tenant(connection())
        proxy.answers = [Answer(), Answer.status(407)]
        proxy.default = Answer.status(407)
        tenant.faults.append(Fault("close_after", method="PATCH"))
        _, result = self.through(proxy, tenant=tenant, timeout=4)
        self.expect(result, 1, "could not be verified", "HTTP 407")
        self.assertEqual(result.json[0]["code"], "unverified")
        self.assertEqual((proxy.connections, tenant.writes()), (2, 1))

    def test_declined_for_good(self):
        def check(status):
            proxy = self.proxy(default=Answer.status(status))
            self.fails(proxy, 1, "proxy_declined", "declined to connect to", "HTTP %d" % status)
            self.assertEqual(proxy.connections, 1)

        self.all_of(check, (101, 300, 302, 400, 402, 403, 404, 405, 451, 600, 999))

    def test_gateway_errors_pass(self):
        def check(status):
            proxy = self.proxy(Answer.status(status), Answer.status(status))
            self.works(proxy)
            self.assertEqual(proxy.connections, 3)

        self.all_of(check, (408, 429, 500, 502, 503, 504))

    def test_gateway_errors_that_last(self):
        proxy = self.proxy(default=Answer.status(502))
        self.fails(proxy, 1, "proxy_declined", "could not connect to", "HTTP 502", timeout=30)
        self.assertEqual(proxy.connections, 5)

    def test_bodies_are_not_read(self):
        for fields in ((b"Transfer-Encoding: chunked",), (b"Content-Length: 99999999999",)):
            answer = Answer.status(403, *fields)
            answer.then = "hold"
            self.fails(self.proxy(answer), 1, "proxy_declined", "HTTP 403", timeout=60)

    def test_garbage(self):
        def check(data):
            proxy = self.proxy(default=Answer(data, then="hold"))
            result = self.fails(proxy, 1, "proxy_answer", "HTTP")
            self.assertEqual(proxy.connections, 1, result.raw)

        self.all_of(check, [
            b"\x05\x00", b"SSH-2.0-OpenSSH_9.2\r\n", b"\x15\x03\x01\x00\x02\x02\x46", b"\r\n",
            b"HTTP/2 200 OK\r\n\r\n", b"HTTP/1.x 200 OK\r\n\r\n", b"HTTP/1.1  200 OK\r\n\r\n",
            b"HTTP/1.1 2000 OK\r\n\r\n", b"HTTP/1.1 20 OK\r\n\r\n", b"HTTP/1.1 099 OK\r\n\r\n",
            b"HTTP/1.1 -20 OK\r\n\r\n", b"HTTP/1.1 200-OK\r\n\r\n", b"http/1.1 200 OK\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nA: \0\r\n\r\n", b"\0" * 64, b" HTTP/1.1 200 OK\r\n\r\n",
            b"HTTP/1.1 100 Continue\r\n\r\nnonsense\r\n\r\n",
        ])

    def test_heads_without_an_end(self):
        def check(data):
            proxy = self.proxy(default=Answer(data, then="hold"))
            self.fails(proxy, 1, "proxy_answer", "too large")
            self.assertEqual(proxy.connections, 1)

        start = b"HTTP/1.1 200 OK\r\n"
        self.all_of(check, [
            start + b"x" * (1 << 20), start + b"A: b\r\n" * 100000,
            b"HTTP/1.1 200 " + b"x" * (1 << 20),
            b"HTTP/1.1 100 Continue\r\n\r\n" * 10000,
        ], workers=2)

    def test_closed_before_its_end(self):
        def check(case):
            length, then = case
            proxy = self.proxy(default=Answer(ESTABLISHED[:length], then=then))
            self.fails(proxy, 1, "proxy_answer", "answer", timeout=30)
            self.assertLessEqual(proxy.connections, 5)

        self.all_of(check, [(length, then) for length in (0, 1, 12, 36, 38)
                            for then in ("close", "reset")])

    def test_closed_once(self):
        proxy = self.proxy(Answer(ESTABLISHED[:20], then="close"))
        self.works(proxy)
        self.assertEqual(proxy.connections, 2)

    def test_closed_after_the_answer(self):
        def check(then):
            self.works(self.proxy(Answer(then=then)))
            proxy, tenant = self.proxy(default=Answer(then=then)), self.tenant(connection())
            _, result = self.through(proxy, tenant=tenant, timeout=3)
            self.assertEqual(result.code, 1, result.raw)
            self.expect_untouched(tenant, CON)

        self.all_of(check, ("close", "reset"))

    def test_bytes_after_the_answer_belong_to_the_tunnel(self):
        """They are not TLS, and must neither be lost nor mended."""
        proxy, tenant = self.proxy(default=Answer(ESTABLISHED + b"MARKER")), \
            self.tenant(connection())
        _, result = self.through(proxy, tenant=tenant)
        self.assertEqual(result.code, 8, result.raw)
        self.expect_untouched(tenant, CON)

    def test_silent(self):
        def check(data):
            proxy = self.proxy(default=Answer(data, then="hold"))
            self.fails(proxy, 1, "proxy_answer", "has not answered", timeout=1)

        self.all_of(check, (b"", b"H", ESTABLISHED[:-1], b"HTTP/1.1 100 Continue\r\n\r\n"))

    def test_slow(self):
        """A byte at a time, for longer than the job may take."""
        proxy = self.proxy(default=Answer(ESTABLISHED + b"x" * 1000, piece=1, pause=0.2))
        self.fails(proxy, 1, "proxy_answer", "has not answered", timeout=1)

    def test_nobody_there(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            port = unused.getsockname()[1]
            tenant, result = self.through(None, "--proxy", "http://127.0.0.1:%d" % port,
                                          timeout=1)
        self.expect(result, 1, "the proxy 127.0.0.1 port %d cannot be reached" % port, cli.REFUSED)
        self.assertEqual(result.json[0]["code"], "proxy_unreachable")
        self.assertEqual(tenant.tcp_connections, 0, "without the proxy there is no way")

    def test_default_port(self):
        _, result = self.through(None, "--proxy", "http://proxy.invalid", timeout=5)
        self.expect(result, 1, "the proxy proxy.invalid port 1080 cannot be reached", "name")
        self.assertEqual(result.json[0]["code"], "proxy_unreachable")


class ReprintTest(WireTest):
    """What docs/proxy.md says of a proxy that opens the connection and prints JSON anew: numbers that it
    cannot hold are rounded in both reads alike, so nothing is seen to change."""

    def test_verified_is_what_it_shows(self):
        tenant = self.tenant()
        con = tenant.add(connection(options=b'"serial":12345678901234567890,"n":1'))
        handle = tenant.api.handle

        def between(head, body):
            answer = handle(head, body)
            answer.body = answer.body.replace(b"12345678901234567890", b"12345678901234567000")
            return answer

        tenant.api.handle = between
        result = self.run_cli(tenant, "set", con, "off")
        self.expect(result, 0, "2 other options verified unchanged")
        self.assertEqual(tenant.raw_options(con),
                         b'{"serial":12345678901234567000,"n":1,"%s":"on_first_login"}'
                         % cli.SETTING.encode())


if __name__ == "__main__":
    cli.main()
