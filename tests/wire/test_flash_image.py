"""connsync flash-image: a connsync.json in, the image of a board's configuration out."""

import json
import os
import pty
import resource
import stat
import struct
import subprocess
import tempfile
import zlib
from pathlib import Path

import cli
from cli import WireTest

SETTING = "set_user_root_attributes"
SECRET = "MARKER-client-secret"
TOKEN = "MARKER-access-token"
GOOD = {"domain": "tenant.example.test", "client_id": "an-id", "client_secret": SECRET,
        "every": "15m", "connections": [{"name": "google-oauth2", SETTING: "off"},
                                        {"id": "con_1", SETTING: "never_on_login"}]}


def changed(**members):
    """GOOD with other members; None leaves one out."""
    document = {**GOOD, **members}
    return {key: value for key, value in document.items() if value is not None}


def image_of(text):
    """The image, made by another hand."""
    head = b"cnsy" + struct.pack("<II", 1, len(text))
    return head + struct.pack("<I", zlib.crc32(head + text)) + text


class FlashImageTest(WireTest):
    """Each test has a folder; what is in it afterwards is looked at."""

    def setUp(self):
        super().setUp()
        self.more_secrets += [SECRET, TOKEN]
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.output = self.folder / "config.bin"

    def write(self, document, name="connsync.json"):
        """The path of a file with this document: a value to be spelled, or its bytes."""
        path = self.folder / name
        path.write_bytes(document if isinstance(document, bytes) else json.dumps(document).encode())
        return str(path)

    def make(self, path, *more, output=None, **how):
        output = str(self.output) if output is None else output
        return self.run_cli(None, "flash-image", path, "--output", output, *more, verbose=False,
                            **how)

    def refused(self, document, *texts, more=(), code=64):
        """One line that names the file and says these things; nothing is written."""
        path = self.write(document)
        result = self.expect(self.make(path, *more), code, path, *texts)
        self.assertEqual((result.out, os.listdir(self.folder)), ("", ["connsync.json"]))


class GoodTest(FlashImageTest):
    """What comes out when all is well."""

    def expect_image(self, text):
        self.assertEqual(self.output.read_bytes(), image_of(text))
        self.assertEqual(stat.S_IMODE(self.output.stat().st_mode), 0o600)

    def test_the_image(self):
        path = self.write(GOOD)
        result = self.expect(self.make(path), 0)
        text = Path(path).read_bytes()
        self.assertEqual((result.out, result.err), (
            "%s: %d of 4096 bytes, 2 connections, every 900 s; it holds a secret\n"
            % (self.output, len(text) + 16), ""))
        self.expect_image(text)
        self.assertEqual(sorted(os.listdir(self.folder)), ["config.bin", "connsync.json"])

    def test_bytes_are_kept_as_they_are(self):
        text = (b'\r\n{ "token":"%s","domain" : "https:\\/\\/t\\u0065nant.test:8443\\/",\t'
                b'"connections":[{"name":"\\u00e9\xc3\xa9","%s":"on"}]}\n\n'
                % (TOKEN.encode(), SETTING.encode()))
        result = self.expect(self.make(self.write(text)), 0, "1 connection, every 3600 s")
        self.assertNotIn("connections", result.out)
        self.expect_image(text)

    def test_an_older_image_is_replaced(self):
        self.output.write_bytes(b"old")
        self.output.chmod(0o644)
        path = self.write(GOOD)
        self.expect(self.make(path), 0)
        self.expect_image(Path(path).read_bytes())

    def test_pipes(self):
        text = json.dumps(GOOD).encode()
        process = subprocess.run([cli.binary(), "flash-image", "-", "-o", "-"], input=text,
                                 capture_output=True, check=False, env=cli.environment())
        self.assertEqual((process.returncode, process.stdout, process.stderr),
                         (0, image_of(text), b""))

    def test_not_to_a_terminal(self):
        path = self.write(GOOD)
        master, slave = pty.openpty()
        process = subprocess.run([cli.binary(), "flash-image", path, "-o", "-"], stdout=slave,
                                 stderr=subprocess.PIPE, check=False, env=cli.environment())
        os.close(slave)
        self.assertEqual(process.returncode, 64)
        self.assertIn(b"terminal", process.stderr)
        with self.assertRaises(OSError):  # end of a terminal that nothing was written to
            os.read(master, 1)
        os.close(master)

    def test_partition_size(self):
        path = self.write(GOOD)
        size = len(Path(path).read_bytes()) + 16
        self.expect(self.make(path, "--partition-size", str(size)), 0,
                    "%d of %d bytes" % (size, size))
        self.output.unlink()
        self.refused(GOOD, "%d bytes" % size, "--partition-size",
                     more=("--partition-size", str(size - 1)))
        self.refused(changed(client_secret=None, client_id=None, token=TOKEN * 240), "partition")
        self.expect(self.make(self.write(changed(client_secret=None, client_id=None,
                                                 token=TOKEN * 240)),
                              "--partition-size", "8192"), 0)


class RefusedTest(FlashImageTest):
    """What a board cannot do, and what is no connsync.json."""

    def test_boards(self):
        two = GOOD["connections"]
        for document, *texts in (
                (changed(domain=None), "domain: is missing"),
                (changed(client_id=None), "needs a token, or client_id and client_secret"),
                (changed(client_secret=None), "needs a token, or client_id and client_secret"),
                (changed(connections=None), "connections: is missing"),
                (changed(connections=[*two, {"strategy": "samlp", SETTING: "on"}]),
                 "connections[2].strategy: a board needs the id or the name"),
                ({**GOOD, "all": True, SETTING: "on"}, "all: a board needs each connection"),
                (changed(connections=[{"name": "n%d" % i, SETTING: "on"} for i in range(33)]),
                 "connections: too many; there is room for 32")):
            with self.subTest(texts):
                self.refused(document, *texts)
        self.expect(self.make(self.write(changed(
            connections=[{"name": "n%d" % i, SETTING: "on"} for i in range(32)]))), 0, "32 conn")

    def test_no_connsync_json(self):
        for document, *texts in (
                (b"", "line 1, column 1: not strict JSON"),
                (b"\xef\xbb\xbf{}", "line 1, column 1: not strict JSON"),
                (json.dumps(GOOD).encode() + b"\n,", "line 2, column 1: not strict JSON"),
                (b"[]", "the document: must be an object"),
                (changed(secret=SECRET), 'unknown member "secret"'),
                (changed(every="40d"), "every: must be a whole number"),
                (changed(client_secret=[SECRET]), "client_secret: must be a string"),
                (changed(client_secret=SECRET + "\n"), "client_secret: has a character"),
                (changed(client_secret=SECRET * 60), "client_secret: too long"),
                (changed(token=TOKEN), "token: remove it"),
                (b" " * 2000000, "too large for any board")):
            with self.subTest(texts):
                self.refused(document, *texts)

    def test_an_older_image_is_kept(self):
        self.output.write_bytes(b"old")
        self.expect(self.make(self.write(changed(domain=None))), 64)
        self.assertEqual(self.output.read_bytes(), b"old")

    def test_input_that_cannot_be_read(self):
        for path in (str(self.folder / "absent.json"), str(self.folder)):
            self.expect(self.make(path), 64, "cannot read the file", path)


class OutputTest(FlashImageTest):
    """Images that cannot be written: whatever was there is still there."""

    def test_not_a_file(self):
        path = self.write(GOOD)
        os.mkfifo(self.folder / "fifo")
        for output in (str(self.folder), str(self.folder / "fifo")):
            self.expect(self.make(path, output=output), 64, "is not a file", output)
        self.assertEqual(sorted(os.listdir(self.folder)), ["connsync.json", "fifo"])

    def test_no_folder(self):
        output = str(self.folder / "absent" / "config.bin")
        self.expect(self.make(self.write(GOOD), output=output), 1, "cannot write", output)

    def test_full_disk(self):
        """The limit of a file's size stands for a disk that is full in the middle of a write."""
        path = self.write(GOOD)
        self.output.write_bytes(b"old")
        process = subprocess.run(
            [cli.binary(), "flash-image", path, "-o", str(self.output)], capture_output=True,
            check=False, env=cli.environment(), restore_signals=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)))
        self.assertEqual((process.returncode, process.stdout), (1, b""))
        self.assertIn(b"cannot write", process.stderr)
        self.assertEqual(self.output.read_bytes(), b"old")
        self.assertEqual(sorted(os.listdir(self.folder)), ["config.bin", "connsync.json"])

    def test_full_device(self):
        with open("/dev/full", "wb") as full:
            process = subprocess.run([cli.binary(), "flash-image", self.write(GOOD), "-o", "-"],
                                     stdout=full, stderr=subprocess.PIPE, check=False,
                                     env=cli.environment())
        self.assertEqual(process.returncode, 1)
        self.assertIn(b"cannot write to standard output", process.stderr)


class UsageTest(FlashImageTest):
    """The command line itself."""

    def wrong(self, *arguments, text):
        result = self.run_cli(None, *arguments, verbose=False)
        self.expect(result, 64, text)
        self.assertEqual(result.out, "")

    def test_usage(self):
        self.wrong("flash-image", "x", text="needs --output IMAGE")
        self.wrong("flash-image", "-o", "x", text="usage: connsync flash-image FILE -o IMAGE")
        self.wrong("flash-image", "x", "y", "-o", "z", text='unexpected argument "y"')
        self.wrong("flash-image", "x", "-o", text="-o needs a value")
        self.wrong("get", "x", "-o", "y", text="go with flash-image only")
        self.wrong("list", "--partition-size", "4096", text="go with flash-image only")
        for size in ("0", "16", "1048577", "4k", "-1", ""):
            self.wrong("flash-image", "x", "-o", "y", "--partition-size", size,
                       text="--partition-size takes whole bytes from 17 to 1048576")
        for option in ("--domain", "--token-file", "--client-id", "--client-secret-file",
                       "--audience", "--ca-file", "--connect-to", "--proxy", "--no-proxy",
                       "--private-key", "--leave"):
            self.wrong("flash-image", "x", "-o", "y", option, "1", text="takes all from FILE")
        for option in ("--dry-run", "--json", "--no-token-cache",
                       "--allow-encrypted-configuration"):
            self.wrong("flash-image", self.write(GOOD), "-o", str(self.output), option,
                       text="takes all from FILE")
        self.assertFalse(self.output.exists())

    def test_help(self):
        result = self.run_cli(None, "flash-image", "--help", verbose=False)
        self.assertEqual((result.code, result.err), (0, ""))
        self.assertIn("Usage: connsync flash-image FILE", result.out)
        self.assertRegex(result.out, "Example:\n +connsync flash-image connsync.json")
        self.assertLessEqual(max(map(len, result.out.splitlines())), 80)


if __name__ == "__main__":
    cli.main()
