"""The container image: what independent tools read in it, and that it does the job as they
say it is to be run, against a fake tenant."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "wire")]

import cli  # noqa: E402
import dist  # noqa: E402
from cli import WireTest, connection  # noqa: E402
from dist import DIST, MACHINES, NAME, SOURCE, VERSION  # noqa: E402

ARCHIVE = DIST / (NAME + "-oci.tar")
EMULATORS = {"amd64": None, "arm64": "qemu-aarch64-static", "arm": "qemu-arm-static"}
VARIANTS = {"amd64": "", "arm64": "v8", "arm": "v7"}
NOBODY = 65532


def output_of(*command, **how):
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, **how).stdout


class LayoutTest(unittest.TestCase):
    """The files of the layout."""

    def test_the_same_programs_make_the_same_image(self):
        digests = set()
        for _ in range(2):
            with tempfile.TemporaryDirectory() as folder:
                command = [SOURCE / "tools" / "image", folder + "/image",
                           "--archive", folder + "/archive"]
                for name in MACHINES:
                    command += ["--program", "%s=%s" % (name, dist.program(name))]
                digests.add(output_of(*command, env=self.environment()).decode().strip())
                self.assertEqual(Path(folder, "archive").read_bytes(), ARCHIVE.read_bytes())
        self.assertEqual(len(digests), 1)
        index = json.loads(output_of("tar", "-xOf", ARCHIVE, "index.json"))
        self.assertEqual([entry["digest"] for entry in index["manifests"]], list(digests))

    @staticmethod
    def environment():
        return {key: value for key, value in os.environ.items() if key != "SOURCE_DATE_EPOCH"}


class ImageTest(WireTest):
    """Each processor's image, copied by skopeo, unpacked by umoci, run as it says."""

    def setUp(self):
        super().setUp()
        for tool in ("skopeo", "umoci"):
            if shutil.which(tool) is None:
                self.skipTest("there is no %s; tools/setup --all installs it" % tool)
        if os.geteuid() != 0:
            self.skipTest("only root can unpack files of root's, and make a root of its own")
        self.folder = Path(tempfile.mkdtemp(prefix="cs-"))
        self.addCleanup(shutil.rmtree, self.folder, True)

    def unpack(self, architecture):
        """The root file system and the process's settings, as a run time would get them."""
        chosen = ["skopeo", "--insecure-policy", "--override-os", "linux",
                  "--override-arch", architecture]
        if VARIANTS[architecture]:
            chosen += ["--override-variant", VARIANTS[architecture]]
        output_of(*chosen, "copy", "oci-archive:%s:%s" % (ARCHIVE, VERSION),
                  "oci:%s:test" % (self.folder / "image"))
        output_of("umoci", "unpack", "--image", "%s:test" % (self.folder / "image"),
                  self.folder / "bundle")
        settings = json.loads((self.folder / "bundle" / "config.json").read_bytes())
        return self.folder / "bundle" / "rootfs", settings["process"]

    def check_contents(self, architecture, root, process):
        files = [path.relative_to(root) for path in root.rglob("*")]
        self.assertEqual(files, [Path("connsync")])
        self.assertEqual((root / "connsync").read_bytes(), dist.program(architecture).read_bytes())
        self.assertEqual((root / "connsync").stat().st_mode & 0o7777, 0o555)
        self.assertEqual((process["user"]["uid"], process["user"]["gid"]), (NOBODY, NOBODY))
        self.assertEqual(process["args"], ["/connsync", "--help"])
        self.assertEqual(process["cwd"], "/")

    def mount(self, root, tenant):
        """What docs/containers.md says to mount: secrets, and roots of one's own."""
        (root / "run").mkdir()
        shutil.copy(tenant.ca_file, root / "run" / "roots.pem")
        (root / "run" / "token").write_text(tenant.environment()["AUTH0_API_TOKEN"] + "\n")
        (root / "run" / "token").chmod(0o400)
        os.chown(root / "run" / "token", NOBODY, NOBODY)
        (root / "run" / "roots.pem").chmod(0o444)

    def run_image(self, architecture, root, *arguments, env=None):
        command = ["/connsync", *arguments]
        emulator = EMULATORS[architecture]
        if emulator:
            shutil.copy(shutil.which(emulator), root / "emulator")
            command.insert(0, "/emulator")
        for folder in (root, root / "run"):
            if folder.exists():
                folder.chmod(0o555)

        def enter():
            os.chroot(root)
            os.chdir("/")
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        process = subprocess.Popen(command, env=env or {}, stdin=subprocess.DEVNULL, cwd="/",
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   preexec_fn=enter)
        return self.finish(process, timeout=60)

    def check(self, architecture):
        if EMULATORS[architecture] and shutil.which(EMULATORS[architecture]) is None:
            self.skipTest("there is no %s; tools/setup --all installs it"
                          % EMULATORS[architecture])
        root, process = self.unpack(architecture)
        self.check_contents(architecture, root, process)
        tenant = self.tenant()
        con = tenant.add(connection())
        self.mount(root, tenant)
        self.assertIn("Usage:", self.run_image(architecture, root, "--help").out)
        environment = {"AUTH0_DOMAIN": tenant.domain, "SSL_CERT_FILE": "/run/roots.pem"}
        result = self.run_image(architecture, root, "set", con, "off", "--token-file",
                                "/run/token", "--connect-to",
                                "%s:%d" % (tenant.host, tenant.port), env=environment)
        self.expect(result, 0, "-> on_first_login")
        self.expect_set(tenant, con, "on_first_login")
        # The roots that are compiled in do not know the tenant's.
        result = self.run_image(architecture, root, "set", con, "on", "--token-file", "/run/token",
                                "--connect-to", "%s:%d" % (tenant.host, tenant.port),
                                env={"AUTH0_DOMAIN": tenant.domain})
        self.expect(result, 8)
        self.assertEqual(tenant.writes(), 1)

    def test_amd64(self):
        self.check("amd64")

    def test_arm64(self):
        self.check("arm64")

    def test_arm(self):
        self.check("arm")


if __name__ == "__main__":
    dist.need_release()
    cli.main()
