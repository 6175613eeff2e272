"""Each example of the README, of docs/, of the manual page and of --help is run, and does what it
says.

A block of `sh` is run by bash. What stands behind a prompt is run, and its output is compared line
by line. JSON with the setting is a connsync.json that can be planned, or, if a message follows it,
one that gets just this message. What cannot be run stands in LISTED, with the reason. A block that
is neither fails the test.
"""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "wire")]

import blocks  # noqa: E402
import cli  # noqa: E402
from blocks import SETTING  # noqa: E402
from cli import WireTest, connection  # noqa: E402
from proxy import Proxy  # noqa: E402
from sandbox import Sandbox, syntax  # noqa: E402

ROOT = Path(os.environ["CONNSYNC_SOURCE_DIR"])
BLOCKS = blocks.everything(ROOT, cli.binary())

# Folders of C files, each a row of the design's first table.
LAYERS = ("core", "config", "port", "platform", "boards")

# Another test runs every block of these.
ELSEWHERE = {"docs/apply.md": "tests/wire/test_apply_manual.py"}

# Blocks that are not run, by file and first line, and why.
LISTED = {
    ("docs/containers.md", "docker run --rm --read-only --cap-drop ALL \\"): "needs an engine",
    ("docs/containers.md", "docker buildx build --platform linux/amd64,linux/arm64,linux/arm/v7"
                           " --tag connsync ."): "needs an engine",
    ("docs/containers.md", "args: [watch, /config/connsync.json, --client-secret-file,"
                           " /secret/client, --status-file, /run/connsync/status.json]"):
        "deploy/kubernetes has one that is run",
    ("docs/containers.md", "apiVersion: batch/v1"): "deploy/kubernetes has one that is run",
    ("docs/credentials.md", "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out"
                            " client.pem"):
        "the tenant must be given the key; tests/wire/test_credentials.py does",
    ("docs/fleets.md", "jobs:"): "needs a runner; tests/deploy/test_action.py runs the action's steps",
    ("docs/fleets.md", "permissions: { contents: read, pull-requests: write }"):
        "needs a runner; tests/deploy/test_comment.py runs it",
    ("docs/fleets.md", "include:"): "needs GitLab; tests/deploy/test_component.py runs its scripts",
    ("docs/fleets.md", "tools/build-static mips connsync-mips      # mipsel; arm: ARMv7 with floating"
                       " point; arm64, riscv64, amd64"):
        "needs OpenWrt's tree; tests/deploy/test_openwrt.py runs the recipe",
    ("docs/fleets.md", "vi /etc/connsync/connsync.json             # domain, client_id, connections; no"
                       " secret"): "for an appliance; tests/deploy/test_openwrt.py starts the service",
    ("docs/install.md", "sha256sum --check --ignore-missing SHA256SUMS"): "needs a release",
    ("docs/install.md", "minisign -V -p connsync.pub -m SHA256SUMS"):
        "needs a release; tests/release/test_manifest.py does it",
    ("docs/install.md", "git checkout TAG && tools/setup --all && tools/release --output mine TAG"):
        "needs a release",
    ("docs/install.md", "skopeo copy --all oci-archive:connsync-VERSION-oci.tar"
                        " docker://registry.example/connsync:VERSION"): "needs a registry",
    ("docs/patch.md", "google-oauth2 (con_2bXy7LmQ9fTzWkRa): would change; nothing written"):
        "an output; tests/wire/test_patch.py looks at it",
    ("docs/patch.md", '{"connsync_backup":2,"domain":"tenant.eu.auth0.com","made":'
                      '"2026-01-31T09:00:00Z",'):
        "a backup, shortened; tests/wire/test_backup.py looks at it",
    ("README.md", "PATCH /api/v2/connections/con_2bXy7LmQ9fTzWkRa"):
        "the demo makes this call, and shows before and after",
    ("docs/design.md", "core/       the agent: portable C11 that does no I/O, never blocks, and has no"
                  " heap"): "a table of folders; test_folders looks at it",
    ("docs/try-tenant.md", "export AUTH0_DOMAIN=tenant.eu.auth0.com"
                           " AUTH0_CLIENT_ID=the-application-s-id"):
        "needs a tenant; tests/tenant/test_try_tenant.py has one",
    ("docs/try-tenant.md", "read after set: differs"):
        "an output; tests/tenant/test_try_tenant.py looks at it",
    ("docs/packages.md", "install -m 644 /usr/share/doc/connsync/examples/connsync.json"
                         " /etc/connsync/"): "for a machine with systemd; see tests/package",
    ("docs/packages.md", "[Service]"): "a drop-in for a unit; see tests/package",
    ("docs/embedding.md", "find_package(connsync 0.1 REQUIRED COMPONENTS posix)"):
        "tests/consumer does this",
    ("docs/embedding.md", "#include <connsync/connsync.h>"): "tests/consumer does this",
    ("docs/install.md", "install -m 755 connsync-VERSION-linux-x86_64 /usr/local/bin/connsync"):
        "into the system's folders",
    ("docs/install.md", "apt-get install ./connsync_VERSION_amd64.deb"):
        "into the system; tests/package does it in a root of its own",
    ("docs/switching.md", "curl ... /api/v2/connections/$ID | jq '{options: (.options + "
                          '{set_user_root_attributes: "on_first_login"})}\' |'):
        "what not to do",
    ("docs/switching.md", '{"EXCLUDED_PROPS": {"connections": ["options.set_user_root_attributes"]}}'):
        "a file of another program; tests/peers gives it to that",
    ("docs/switching.md", 'resource "auth0_connection" "google" {'): "a file of another program",
    ("docs/switching.md", "lifecycle {"): "a file of another program",
}

# Runs a line on a terminal of its own; and how that takes a line of progress away.
ON_TERMINAL = sys.executable + (" -c 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode("
                                "pty.spawn([\"bash\", \"-c\", sys.argv[1]])))' %s </dev/null")
ERASE = "\r\x1b[K"

TIME = "2026-01-31T09:00:00Z"
DOMAIN = "tenant.eu.auth0.com"
CLIENT = "the-application-s-id"
SECRET = "the-application-s-secret"
ID = "con_2bXy7LmQ9fTzWkRa"
# As the README's transcript has it: six options beside the setting.
SIX = (b'"client_id":"MARKER-id.apps","client_secret":"MARKER-secret","scope":["email"],'
       b'"email":true,"profile":true,"icon_url":"https://static.example.test/logo.svg"')
DOCUMENT = {"domain": DOMAIN, "client_id": CLIENT, "client_secret": SECRET,
            "connections": [{"name": "google-oauth2", SETTING: "off"}]}

MAKE_BACKUP = "connsync patch google-oauth2 patch.json --backup backups"


def named(raw, con):
    """The connection with another id."""
    return raw.replace(b"con_%016d" % 1, con.encode())


def usual():
    """The connections of the README's tenant."""
    return [named(connection(options=SIX), ID),
            named(connection("sms", "sms"), "con_8sPq1LmQ9fTzWkRb")]


def meant_by(document):
    """A connection for each entry of a connsync.json."""
    entries = list(document.get("connections", []))
    entries += [{"id" if one.startswith("con_") else "name": one}
                for one in document.get("except", [])]
    for number, one in enumerate(entries, 10):
        raw = connection(one.get("name", "name-%d" % number), one.get("strategy", "oidc"),
                         number=number)
        yield raw.replace(b"con_%016d" % number, one["id"].encode()) if "id" in one else raw


def anchors(path):
    """The headings of a file, as links name them."""
    lines = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w -]", "", line.lower()).replace(" ", "-") for line in lines}


def rows(path):
    """X(STATUS, "text") of a list in C, in its order."""
    source = (ROOT / path).read_text(encoding="utf-8")
    return re.findall(r'^    X\((CONNSYNC_\w+),[\s\\]*"([^"]*)"', source, re.M)


class ExamplesTest(WireTest):
    """One sandbox and one tenant for each block."""

    def sandbox(self, connections, document, proxy=None, domain=DOMAIN):
        """(sandbox, environment) of a tenant with these connections."""
        tenant = self.tenant(*connections, domain=domain, client_id=CLIENT, client_secret=SECRET)
        found = Sandbox(ROOT, cli.binary(), tenant, document, proxy)
        self.addCleanup(found.remove)
        return found, cli.environment(tenant.environment(credentials=True))

    def run_text(self, sandbox, env, text):
        """Runs the text by bash; the secret is what it may read from its standard input. The
        time in a backup's name is that of the moment at which it was made."""
        text = text.replace("-%s.json" % TIME, "-*.json")
        process = sandbox.start(text, env, subprocess.PIPE)
        return self.finish(process, stdin=SECRET.encode() + b"\n")

    def blocks(self, kind):
        """Those of a kind that this test is for."""
        return [one for one in BLOCKS if one.kind == kind and one.file not in ELSEWHERE
                and (one.file, one.name) not in LISTED]

    def test_every_block_is_known(self):
        known = {"sh", "transcript", "json", "message"}
        for one in BLOCKS:
            self.assertTrue(one.kind in known or one.file in ELSEWHERE
                            or (one.file, one.name) in LISTED,
                            "%s: the block %r is neither run nor in LISTED" % (one.file, one.name))
        self.assertEqual(set(LISTED) - {(one.file, one.name) for one in BLOCKS}, set(),
                         "in LISTED, but not in the documents")
        for file, test in ELSEWHERE.items():
            self.assertIn(file, (ROOT / test).read_text(encoding="utf-8"))

    def test_shell_is_shell(self):
        """Also of what is not run."""
        for one in BLOCKS:
            if one.kind == "sh":
                self.assertEqual(syntax(one.text), "", one)

    def test_shell(self):
        for one in self.blocks("sh"):
            with self.subTest(one.file, block=one.name), Proxy() as proxy:
                if "@proxy.example.com" in one.text:
                    proxy.credentials = "corp\\jane:p@ss"
                    one.text += "connsync get google-oauth2\n"
                domain = re.search(r"\bAUTH0_DOMAIN=(\S+)|$", one.text)[1] or DOMAIN
                sandbox, env = self.sandbox(usual(), dict(DOCUMENT, domain=domain), proxy, domain)
                given = {**env, "ID": ID}
                if "export AUTH0_CLIENT_ID" in one.text:  # then nothing else says who it is
                    given = cli.environment()
                if " restore " in one.text and "--backup" not in one.text:
                    self.run_text(sandbox, env, MAKE_BACKUP)
                    sandbox.ends()
                result = self.run_text(sandbox, given, one.text.replace("/run/connsync/", ""))
                ends = sandbox.ends()
                self.assertNotEqual(ends, [], one)
                for program, command, code in ends:
                    self.assertNotEqual(code, 127, "there is no %s here: see LISTED" % program)
                    drift = command in ("plan", "validate") or "--dry-run" in one.text
                    self.assertIn(code, (0, 2) if drift else (0,),
                                  (program, command, result.err))
                if "PROXY" in one.text:
                    self.assertEqual(proxy.tunnels, 1)

    def test_transcripts(self):
        places = {}
        for one in self.blocks("transcript"):  # a reader types all of a document's, in order
            if one.file not in places:
                places[one.file] = self.sandbox(usual(), DOCUMENT)
            sandbox, env = places[one.file]
            for command in blocks.commands(one.text):
                with self.subTest(one.file, command=command.line):
                    # The table of a plan is what a terminal has; in a pipe there are tabs.
                    line = (ON_TERMINAL % shlex.quote(command.line)
                            if command.line.startswith("connsync plan") else command.line)
                    result = self.run_text(sandbox, env, line)
                    shown = [one.rsplit(ERASE)[-1] for one in
                             (result.out + result.err).replace("\r\n", "\n").split("\n")]
                    self.assertEqual([one for one in shown if one], command.shown)
                    if command.code is not None:
                        self.assertEqual(result.code, command.code)

    def test_files(self):
        """Each connsync.json is one, or gets the message that is shown."""
        followed = dict(zip(map(id, BLOCKS), BLOCKS[1:]))
        wanted = [one for one in self.blocks("json") if SETTING in one.text
                  or followed[id(one)].kind == "message"]
        self.assertGreater(len(wanted), 5)
        for one in wanted:
            follows = followed[id(one)]
            with self.subTest(one.file, block=one.text):
                document = json.loads(one.text)
                sandbox, env = self.sandbox(meant_by(document), document)
                (sandbox.folder / "connsync.json").write_text(one.text, encoding="utf-8")
                if follows.kind == "message":
                    self.check_message(sandbox, env, follows.text)
                    continue
                result = self.run_text(sandbox, env, "connsync plan")
                self.assertIn(result.code, (0, 2), result.err)

    def check_message(self, sandbox, env, shown):
        """By `plan`; or by `flash-image`, if that is what would refuse it."""
        command = "flash-image connsync.json -o config.bin" if "a board" in shown else "plan"
        result = self.run_text(sandbox, env, "connsync " + command)
        self.assertEqual((result.code, result.out, result.err), (64, "", shown))

    def test_messages_follow_files(self):
        before = dict(zip(map(id, BLOCKS[1:]), BLOCKS))
        for one in self.blocks("message"):
            self.assertEqual(before[id(one)].kind, "json", one)

    def test_other_json_is_json(self):
        for one in BLOCKS:
            if one.kind == "json":
                json.loads(one.text)

    def test_links(self):
        """Files and headings that a document of ours names in a link are there."""
        count = 0
        for path in (*ROOT.glob("*.md"), *ROOT.glob("*/*.md"), *ROOT.glob("boards/*/*.md")):
            text = path.read_text(encoding="utf-8")
            for target in re.findall(r"\]\(([^):\s]+)\)", re.sub(r"`[^`\n]*`", "", text)):
                file, _, heading = target.partition("#")
                found = (path.parent / file) if file else path
                self.assertTrue(found.exists(), "%s: %s" % (path.relative_to(ROOT), target))
                if heading:
                    self.assertIn(heading, anchors(found), path)
                count += 1
        self.assertGreater(count, 30)

    def test_refusals(self):
        """The table of docs/outcomes.md has each reason to refuse, and no other."""
        text = (ROOT / "docs/outcomes.md").read_text(encoding="utf-8")
        table = text.split("## When connsync refuses", 1)[1].split("\n\n", 3)[2]
        told = re.findall(r"`(\w+)`", "".join(re.findall(r"^\|([^|]*)\|", table, re.M)))
        refusals = [name for status, name in rows("core/base/status.c")
                    if status.startswith("CONNSYNC_REFUSED_")]
        self.assertEqual(sorted(told), sorted(refusals))

    def test_statuses(self):
        """Each status has one name and one sentence; a board's phrases are of statuses too."""
        header = (ROOT / "core/base/status.h").read_text(encoding="utf-8")
        header = header.split("enum connsync_status {", 1)[1].split("};", 1)[0]
        statuses = re.findall(r"^    (CONNSYNC_\w+) = \d+", header, re.M)
        self.assertGreater(len(statuses), 50)
        names = rows("core/base/status.c")
        self.assertEqual([status for status, _ in names], statuses)
        self.assertEqual(len({name for _, name in names}), len(statuses))
        self.assertEqual([status for status, _ in rows("config/status_text.c")], statuses)
        phrases = (ROOT / "platform/lwip/failure_text.c").read_text(encoding="utf-8")
        told = re.findall(r"^    \{(CONNSYNC_\w+),", phrases, re.M)
        self.assertGreater(len(told), 40)
        self.assertEqual(told, [status for status in statuses if status in told])

    def test_folders_of_the_core(self):
        """The design's table of folders has each of the core's."""
        text = (ROOT / "docs/design.md").read_text(encoding="utf-8")
        told = re.findall(r"^\| `([\w/]+)`", text, re.M)
        folders = {path.parent.relative_to(ROOT).as_posix()
                   for path in ROOT.glob("core/*/**/*.c")}
        self.assertGreater(len(folders), 5)
        for folder in sorted(folders):
            self.assertTrue(folder in told or folder.rsplit("/", 1)[0] in told, folder)

    def test_folders(self):
        """The design's table of what is at the top of the tree."""
        text, = (one.text for one in BLOCKS if one.name.startswith("core/  "))
        names = re.findall(r"^\w+/|(?<=\w    )\w+/", text, re.M)
        self.assertGreater(len(names), 6)
        self.assertEqual([name for name in LAYERS if f"{name}/" not in names], [])
        for name in names:
            self.assertTrue((ROOT / name).is_dir(), name)


if __name__ == "__main__":
    cli.main()
