"""What the user got wrong, and help: no tenant is needed, and none is asked."""

import json
import os
import subprocess
import tempfile

import cli
from cli import Fault, WireTest

GOOD = {"AUTH0_DOMAIN": "tenant.example.auth0.test", "AUTH0_API_TOKEN": "MARKER-token"}


class UsageTest(WireTest):
    """Exit 64, nothing on stdout, one line on stderr that names what to do."""

    def setUp(self):
        super().setUp()
        self.more_secrets += ["MARKER-token", "MARKER-secret"]

    def wrong(self, arguments, *texts, env=None, code=64):
        with self.subTest(arguments=arguments):
            result = self.run_cli(None, *arguments, env=GOOD if env is None else env,
                                  verbose=False)
            self.assertEqual((result.code, result.out), (code, ""), result.raw)
            self.assertEqual(result.err.count("\n"), 1, result.err)
            self.assertTrue(result.err.startswith("connsync: "), result.err)
            for text in texts:
                self.assertIn(text, result.message)

    def test_commands(self):
        commands = ("get, set, patch, restore, list, doctor, validate, plan, apply, watch, "
                    "watch-status, import and flash-image")
        self.wrong(["destroy"], "unknown command", "destroy", commands)
        self.wrong([""], "unknown command")

    def test_the_nearest_command(self):
        for word, meant in (("aply", "apply"), ("lst", "list"), ("lsit", "list"), ("st", "set"),
                            ("wach", "watch"), ("watch-stat", "watch-status"), ("imports", "import"),
                            ("flash_image", "flash-image"), ("ls", "list"), ("show", "get"),
                            ("diff", "plan"), ("export", "import"), ("rollback", "restore")):
            self.wrong([word], 'unknown command "%s"; did you mean %s? there are ' % (word, meant))
            self.wrong(["help", word], "did you mean %s?" % meant)
        for word in ("destroy", "x", "", "configuration", "a" * 5000, "gettysburg"):
            self.wrong([word], "unknown command", "there are get")
            self.assertNotIn("did you mean", self.run_cli(None, word, env=GOOD).err)

    def test_the_nearest_option(self):
        for option, meant in (("dryrun", "dry-run"), ("dry_run", "dry-run"), ("domian", "domain"),
                              ("jsn", "json"), ("allow-encrypted", "allow-encrypted-configuration"),
                              ("client-cert", "client-certificate"), ("noproxy", "no-proxy"),
                              ("cacert", "ca-file"), ("max-time", "timeout"), ("tenant", "domain"),
                              ("verbos", "verbose"), ("helpp", "help")):
            self.wrong(["get", "x", "--" + option], "unknown option --%s; did you mean --%s?"
                       % (option, meant))
            self.wrong(["get", "x", "--%s=MARKER-secret" % option], "did you mean --%s?" % meant)
        self.wrong(["get", "x", "--" + "y" * 5000], "unknown option --yyy")

    def test_why_secrets_are_no_options(self):
        why = "every user of the machine could read the secret; use "
        for words in (["--client-secret", "MARKER-secret"], ["--client-secret=MARKER-secret"]):
            self.wrong(["get", "x", *words], "unknown option --client-secret: " + why +
                       "--client-secret-file FILE or AUTH0_CLIENT_SECRET")
        for option in ("--token", "--api-token"):
            self.wrong(["get", "x", option + "=MARKER-token"],
                       why + "--token-file FILE or AUTH0_API_TOKEN")

    def test_no_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "connsync.json")
            for command in ("plan", "apply", "watch"):
                self.wrong([command, path], "cannot read the file %s: No such file or directory; "
                           "connsync import prints one of what there is" % path)

    def test_arguments(self):
        self.wrong(["get"], "usage: connsync get CONNECTION")
        self.wrong(["set"], "usage: connsync set CONNECTION VALUE")
        self.wrong(["set", "x"], "usage: connsync set CONNECTION VALUE")
        self.wrong(["get", "x", "more"], "unexpected argument", "more")
        self.wrong(["list", "x"], "unexpected argument", "x")
        self.wrong(["set", "x", "off", "off"], "unexpected argument")
        self.wrong(["get", ""], "CONNECTION is empty")
        self.wrong(["get", "x", "-f", "y"], "connsync get takes no FILE")
        self.wrong(["list", "--file=y"], "connsync list takes no FILE")
        self.wrong(["plan", "x", "-f", "y"], "unexpected argument", "y")
        self.wrong(["plan", "-f"], "-f needs a value")

    def test_values(self):
        for value in ("yes", "OFF", "", "on_each_login ", "ON_FIRST_LOGIN", "null"):
            self.wrong(["set", "x", value], "on_each_login", "on_first_login", "never_on_login",
                       "on or off")

    def test_options(self):
        self.wrong(["get", "x", "--colour"], "unknown option", "--colour")
        self.wrong(["get", "x", "-q"], "unknown option")
        self.wrong(["get", "x", "--timeout"], "needs a value")
        self.wrong(["get", "x", "--json=MARKER-secret"], "--json takes no value")
        for value in ("0", "-1", "1.5", "x", "", "86401", "99999999999999999999"):
            self.wrong(["get", "x", "--timeout", value], "--timeout takes whole seconds")
        for value in ("", "h:", "h:0", "h:65536", "h:x", "[::1", "[::1]x"):
            self.wrong(["get", "x", "--connect-to", value], "--connect-to takes ADDRESS")

    def test_secrets_are_no_options(self):
        """Whoever tries all the same must not find the secret in a log."""
        for words in (["--token", "MARKER-token"], ["--token=MARKER-token"],
                      ["--client-secret", "MARKER-secret"], ["--client-secret=MARKER-secret"],
                      ["--password=MARKER-secret"], ["-tMARKER-token"]):
            self.wrong(["get", "x", *words])

    def test_domains(self):
        for domain in ("https://", "http://tenant.test", "a b", "a/b", "tenant.test:0",
                       "tenant.test:65536", "tenant.test:", "user@tenant.test", "a\r\nX: y",
                       "tenant.test/path", "\u00fc.test", "."):
            self.wrong(["get", "x", "--domain", domain], "domain", "as in tenant.eu.auth0.com")
        self.wrong(["get", "x", "--domain", "a" * 300 + ".test"])

    def test_no_domain(self):
        self.wrong(["get", "x"], "AUTH0_DOMAIN", "--domain", env={"AUTH0_API_TOKEN": "t"})
        self.wrong(["get", "x"], "AUTH0_DOMAIN", env={**GOOD, "AUTH0_DOMAIN": ""})

    def test_no_credentials(self):
        domain = {"AUTH0_DOMAIN": GOOD["AUTH0_DOMAIN"]}
        self.wrong(["get", "x"], "no credentials", "AUTH0_API_TOKEN", "AUTH0_CLIENT_SECRET",
                   "--token-file", env=domain)
        self.wrong(["get", "x"], "AUTH0_CLIENT_SECRET", "--client-secret-file",
                   env={**domain, "AUTH0_CLIENT_ID": "id"})
        self.wrong(["get", "x"], "AUTH0_CLIENT_ID",
                   env={**domain, "AUTH0_CLIENT_SECRET": "MARKER-secret"})

    def test_secret_files(self):
        with tempfile.TemporaryDirectory() as directory:
            for name, content in (("empty", b""), ("line", b"\n"), ("blank", b"\r\n\n"),
                                  ("long", b"MARKER-token" * 100000)):
                path = os.path.join(directory, name)
                with open(path, "wb") as file:
                    file.write(content)
                self.wrong(["get", "x", "--token-file", path], "the file", path)
                self.wrong(["get", "x", "--client-id", "i", "--client-secret-file", path],
                           "the file", path)
            self.wrong(["get", "x", "--token-file", os.path.join(directory, "absent")],
                       "cannot read the file", "No such file")
            self.wrong(["get", "x", "--token-file", directory], "cannot read the file",
                       "Is a directory")

    def test_tokens_that_no_request_can_carry(self):
        tenant, con = self.one()
        for token in (b"a\r\nX: y", b"a b", b"\xff", b"a\tb", b"a\x7f", "\u00fc".encode()):
            env = {**GOOD, "AUTH0_API_TOKEN": token}
            self.expect(self.run_cli(tenant, "get", con, env=env), 64, "token")
        self.assertEqual(tenant.requests, [])

    def test_names_that_are_too_long(self):
        self.wrong(["get", "x" * 5000, "--connect-to", "127.0.0.1:1", "--timeout", "1"])


class WhichTest(WireTest):
    """A line of --json says of which connection it is, whatever became of it; or it is of none."""

    FAULTS = (None, Fault("status", status=401, times=None), Fault("status", status=400, times=None),
              Fault("close_before", times=None))

    def line(self, fault, *words):
        """The one line that these words print; of a list, one that sums up comes behind it."""
        tenant, _ = self.one()
        if fault is not None:
            tenant.faults.append(Fault(fault.kind, times=None, **fault.parameters))
        process = self.start(tenant, *words, "--json", "--timeout", "2", verbose=False)
        out, err = process.communicate(timeout=30)
        self.assertNotEqual(process.returncode, 0)
        self.printed.append(out + err)
        line, *others = map(json.loads, out.decode("utf-8").split("\n")[:-1])
        is_list = words[0] in ("list", "plan", "apply")
        self.assertEqual([one["summary"]["code"] for one in others], [line["code"]] * is_list)
        return line

    def test_a_failure_says_which_connection(self):
        def check(case):
            fault, key, member = case
            for words in (("get", key), ("set", key, "off")):
                line = self.line(fault, *words)
                self.assertEqual((line["status"], line[member]), ("failed", key))
                self.assertEqual({line["id"], line["name"]}, {"", key})

        self.all_of(check, [(fault, key, member) for fault in self.FAULTS for key, member in (
            ("nobody", "name"), ("con_nobody", "id"), ('a "b" \\ \u00e4\u2603\n', "name"))])

    def test_words_that_are_no_name(self):
        """What a connection cannot be called is told as far as JSON and a name's length go."""
        for key, told in (("x" * 300, "x" * 128), (b"a\xffb\xc3", "a?b?"),
                          (b"\xed\xa0\x80", "???"), ("con_" + "x" * 100, "con_" + "x" * 60)):
            line = self.line(None, "get", key)
            self.assertEqual({line["id"], line["name"]}, {"", told})

    def test_a_list_that_fails_is_no_connection(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "connsync.json")
            with open(path, "w", encoding="ascii") as file:
                file.write('{"all":true,"set_user_root_attributes":"off"}')
            for words in (("list",), ("plan", path), ("apply", path)):
                for fault in self.FAULTS[1:]:
                    line = self.line(fault, *words)
                    self.assertEqual(line.pop("page", 1), 1)
                    self.assertEqual(list(line), ["status", "code", "message", "requests"])
                    self.assertEqual(line["status"], "failed")
                    self.assertNotEqual(line["message"], "")


class HelpTest(WireTest):
    """Help answers on stdout with 0, needs nothing, and shows how."""

    def answer(self, *words, code=0):
        result = self.run_cli(None, *words, env={}, verbose=False)
        self.assertEqual((result.code, result.err), (code, ""), words)
        return result.out

    def test_as_elsewhere(self):
        whole = self.answer("--help")
        for words in (("-h",), ("help",), ("-help",), ("help", "-h")):
            self.assertEqual(self.answer(*words), whole, words)
        self.assertEqual(self.answer(code=64), whole)
        of_set = self.answer("set", "--help")
        self.assertNotEqual(of_set, whole)
        for words in (("help", "set"), ("set", "-h"), ("-h", "set"), ("set", "-help"),
                      ("set", "x", "off", "-h")):
            self.assertEqual(self.answer(*words), of_set, words)
        version = self.answer("--version")
        for words in (("version",), ("-V",), ("-version",), ("version", "x")):
            self.assertEqual(self.answer(*words), version, words)

    def test_each_command(self):
        for command in ("get", "set", "list"):
            result = self.run_cli(None, command, "--help", env={}, verbose=False)
            self.assertEqual((result.code, result.err), (0, ""))
            self.assertIn("Usage: connsync %s" % command, result.out)
            self.assertRegex(result.out, "Example:\n +.*connsync %s" % command)
            for option in ("--domain", "--token-file", "--ca-file", "--timeout", "--json", "-v"):
                self.assertIn(option, result.out)

    def test_set_says_the_exit_codes(self):
        result = self.run_cli(None, "set", "--help", env={}, verbose=False)
        for code in ("0 done", "2 would", "3 refused", "4 cred", "5 no such", "6 rate", "7 verify",
                     "8 TLS", "64 usage", "--dry-run", "--allow-encrypted-configuration"):
            self.assertIn(code, result.out)

    def test_without_a_command(self):
        result = self.run_cli(None, "--help", env={}, verbose=False)
        self.assertEqual((result.code, result.err), (0, ""))
        for word in ("get", "set", "list", "never_on_login"):
            self.assertIn(word, result.out)

    def test_version(self):
        result = self.run_cli(None, "--version", env={}, verbose=False)
        self.assertEqual(result.code, 0)
        version = r"\d+\.\d+(\.\d+)?"
        self.assertRegex(result.out, r"^connsync \d+\.\d+\.\d+( \([0-9a-f]{40,64}\))?\n"
                         r"mbedTLS V, jsmn V, (glibc|musl) V\ntrusted roots".replace("V", version))

    def test_version_names_the_bundle(self):
        result = self.run_cli(None, "--version", env={"SSL_CERT_FILE": "/a\x1b/b.pem"},
                              verbose=False)
        self.assertEqual(result.code, 0)
        self.assertRegex(result.out, r"(trusted roots|their place): /a\?/b\.pem\n$")

    def test_full_device(self):
        """Output that cannot be written is an error."""
        with open("/dev/full", "wb") as full:
            for arguments in (["--help"], ["--version"]):
                done = subprocess.run([cli.binary(), *arguments], stdout=full, check=False,
                                      stderr=subprocess.PIPE)
                self.assertNotEqual(done.returncode, 0)


class NeighbourTest(WireTest):
    """Spellings of other programs that are understood."""

    def test_one_dash(self):
        """As terraform spells it."""
        tenant, con = self.one()
        with tempfile.TemporaryDirectory() as folder:
            file, plan = os.path.join(folder, "connsync.json"), os.path.join(folder, "plan")
            with open(file, "w", encoding="ascii") as out:
                json.dump({"all": True, "set_user_root_attributes": "on_first_login"}, out)
            self.expect(self.run_cli(tenant, "plan", file, "-out=" + plan), 2)
            self.expect(self.run_cli(tenant, "apply", "-plan", plan, "-dry-run"), 2)
            self.expect(self.run_cli(tenant, "plan", "-f", file), 2)
            self.expect(self.run_cli(tenant, "plan", "--file=" + file), 2)
            self.expect(self.run_cli(tenant, "apply", "-f" + file), 0)
            with open(file, "w", encoding="ascii") as out:
                out.write('{"n":7}')
            self.expect(self.run_cli(tenant, "patch", con, "-f", file), 0)
            self.expect(self.run_cli(tenant, "patch", "-f", file, con), 0)
        self.assertEqual(tenant.methods().count("PATCH"), 2)

    def test_json(self):
        """As kubectl and the aws CLI spell it."""
        tenant, con = self.one()
        for words in (("-o", "json"), ("-ojson",), ("--output", "json"), ("--output=json",),
                      ("-output=json",), ("-json",)):
            result = self.expect(self.run_cli(tenant, "get", con, *words), 0)
            self.assertEqual(result.json[0]["id"], con, words)
        result = self.run_cli(tenant, "get", con, "-o", "yaml")
        self.assertEqual(result.code, 64)


class NothingWrittenTest(WireTest):
    """Only a command that could write says that nothing was written."""

    def test_messages(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "connsync.json")
            with open(path, "w", encoding="ascii") as out:
                json.dump({"all": True, "set_user_root_attributes": "on_first_login"}, out)
            for words, says in ((("get", cli.CON), False), (("list",), False), (("plan", path), False),
                                (("import",), False), (("apply", path), True),
                                (("set", cli.CON, "off"), True),
                                (("set", cli.CON, "off", "--dry-run"), True)):
                for json_too in ((), ("--json",)):
                    tenant, _ = self.one()
                    tenant.faults.append(Fault("body", data='{"a":1]', method="GET"))
                    result = self.run_cli(tenant, *words, *json_too)
                    self.assertNotEqual(result.code, 0)
                    self.assertEqual("nothing written" in result.out + result.err, says,
                                     (words, result.out, result.err))


if __name__ == "__main__":
    cli.main()
