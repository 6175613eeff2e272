"""deploy/kubernetes: the manifests are what Kubernetes takes, fit together, and give nothing
away; and their containers do their work, started as Kubernetes would start them.

CONNSYNC_STATIC names the static program with the roots of CONNSYNC_PKI in it.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "boards"))

import pod  # noqa: E402
from reader import load  # noqa: E402
from stage import ROOT  # noqa: E402
import chains  # noqa: E402
import cli  # noqa: E402
from cli import WireTest, connection  # noqa: E402
from test_watch import until  # noqa: E402

FOLDER = ROOT / "deploy" / "kubernetes"
MODULES = ROOT / ".cache" / "node" / "node_modules"
KUSTOMIZATIONS = sorted(FOLDER.glob("*/kustomization.yaml"))
MANIFESTS = sorted(set(FOLDER.glob("*/*.yaml")) - set(KUSTOMIZATIONS))
PROGRAM = os.environ.get("CONNSYNC_STATIC", "")
INDICES = 3


def lint(*files):
    """(exit code, output) of the published schemas' check."""
    done = subprocess.run(["node", HERE / "lint.mjs", MODULES, "kubernetes", *files],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode, done.stdout


@unittest.skipUnless(MODULES.exists(), "no schemas; tools/setup --all installs them")
class SchemaTest(unittest.TestCase):
    """Against the schemas that Kubernetes publishes."""

    def test_manifests(self):
        self.assertGreaterEqual(len(MANIFESTS), 3)
        code, text = lint(*MANIFESTS)
        self.assertEqual(code, 0, text)

    def test_it_can_fail(self):
        text = (FOLDER / "fleet/cronjob.yaml").read_text(encoding="utf-8")
        for old, new in (("backoffLimitPerIndex", "backoffLimitPerindex"), ("NotIn", "Outside"),
                         ("drop:", "dropped:"), ("16Mi", "16 MB"), ("batch/v1", "batch/v2")):
            with self.subTest(new), tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "bad.yaml"
                path.write_text(text.replace(old, new), encoding="utf-8")
                self.assertEqual(lint(path)[0], 1)

    @unittest.skipUnless(shutil.which("yamllint"), "there is no yamllint")
    def test_layout(self):
        subprocess.run(["yamllint", "--strict", "-c", HERE / "yamllint.yml", ROOT / "deploy"],
                       check=True)


class ManifestTest(unittest.TestCase):
    """What no schema can tell."""

    def test_kustomizations(self):
        """Their files are there, and their names are those that the manifests use."""
        for path in KUSTOMIZATIONS:
            with self.subTest(path.parent.name):
                kustomization = load(path)
                self.assertEqual(set(kustomization), {"apiVersion", "kind", "resources",
                                                      "configMapGenerator", "images"})
                name, = kustomization["resources"]
                spec = pod.template(load(path.parent / name))["spec"]
                used = {volume["configMap"]["name"] for volume in spec["volumes"]
                        if "configMap" in volume}
                self.assertEqual(set(pod.config_maps(path)), used)
                self.assertEqual(kustomization["images"][0]["name"],
                                 spec["containers"][0]["image"])

    def test_privileges(self):
        """No root, no capability, no token of the cluster, nothing to write."""
        for path in MANIFESTS:
            with self.subTest(path.parent.name):
                spec = pod.template(load(path))["spec"]
                container, = spec["containers"]
                self.assertIs(spec["automountServiceAccountToken"], False)
                self.assertEqual(spec["securityContext"], {
                    "runAsNonRoot": True, "runAsUser": 65532, "runAsGroup": 65532,
                    "fsGroup": 65532, "seccompProfile": {"type": "RuntimeDefault"}})
                self.assertEqual(container["securityContext"], {
                    "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                    "capabilities": {"drop": ["ALL"]}})
                empty = {volume["name"] for volume in spec["volumes"] if "emptyDir" in volume}
                self.assertEqual(empty, {mount["name"] for mount in container["volumeMounts"]
                                         if not mount.get("readOnly")})
                self.assertEqual(container["command"], ["/connsync"])
                self.assertEqual(set(container["resources"]["limits"]), {"cpu", "memory"})

    def test_what_is_tried_again(self):
        """Of the exit codes that docs/outcomes.md lists, 1 and 6 only."""
        text = (ROOT / "docs/outcomes.md").read_text(encoding="utf-8")
        codes = [int(code) for code in re.findall(
            r"^\| (\d+) \|", text.split("| exit | meaning |")[1].split("\n\n")[0], re.M)]
        self.assertGreater(len(codes), 8)
        for path, action in (("apply", "FailJob"), ("fleet", "FailIndex")):
            job = load(FOLDER / path / "cronjob.yaml")["spec"]["jobTemplate"]["spec"]
            rule = job["podFailurePolicy"]["rules"][-1]
            self.assertEqual((rule["action"], rule["onExitCodes"]["operator"]), (action, "NotIn"))
            again = [code for code in codes if code in rule["onExitCodes"]["values"] and code]
            self.assertEqual(again, [1, 6])

    def test_as_many_tenants_everywhere(self):
        manifest = load(FOLDER / "fleet/cronjob.yaml")
        sources = pod.template(manifest)["spec"]["volumes"][1]["projected"]["sources"]
        self.assertEqual(manifest["spec"]["jobTemplate"]["spec"]["completions"], INDICES)
        self.assertEqual([(one["secret"]["name"], one["secret"]["items"][0]["path"])
                          for one in sources],
                         [("connsync-%d" % n, "%d/client-secret" % n) for n in range(INDICES)])
        self.assertEqual(list(pod.config_maps(FOLDER / "fleet/kustomization.yaml")["connsync-fleet"]),
                         ["%d.json" % n for n in range(INDICES)])


@unittest.skipUnless(os.path.exists(PROGRAM) and os.geteuid() == 0,
                     "needs root and the static program")
class PodTest(WireTest):
    """Each workload, with a tenant for each connsync.json."""

    def serve(self, number, setting=None):
        """A tenant with a secret of its own and a connection for each entry of our files."""
        chain = chains.load(os.environ["CONNSYNC_PKI"], "p256")
        tenant = self.tenant(certificate=chain.certificate, key=chain.key,
                             client_secret="MARKER-client-secret-%d" % number)
        tenant.add(connection(setting=setting))
        tenant.add(connection("corp", "samlp", setting, number=2))
        return tenant

    @staticmethod
    def adapted(raw, tenant):
        """A file of ours, for this tenant; nothing else in it is touched."""
        document = json.loads(raw)
        document.update(domain="%s:%d" % (tenant.domain, tenant.port), client_id=tenant.client_id)
        return json.dumps(document).encode()

    def pod(self, folder, maps, secrets, index=None):
        path, = set(MANIFESTS) & set((FOLDER / folder).glob("*.yaml"))
        hosts = "127.0.0.1 localhost %s\n" % self.tenants[0].domain
        made = pod.Pod(PROGRAM, load(path), maps, secrets, index=index, hosts=hosts)
        self.addCleanup(made.remove)
        return made

    def one(self, folder):
        """(tenant, container) of a manifest for one tenant."""
        tenant = self.serve(0)
        (name, files), = pod.config_maps(FOLDER / folder / "kustomization.yaml").items()
        files = {key: self.adapted(raw, tenant) for key, raw in files.items()}
        secrets = {"connsync": {"client-secret": tenant.secrets[0].encode() + b"\n"}}
        return tenant, self.pod(folder, {name: files}, secrets)

    def check_in_sync(self, tenant):
        self.assertEqual(tenant.writes(), 2)
        for name in ("con_%016d" % 1, "con_%016d" % 2):
            self.assertIn(b"_login", tenant.raw_options(name))
            self.assertNotIn(b"on_each_login", tenant.raw_options(name))

    def test_apply(self):
        tenant, container = self.one("apply")
        result = self.finish(container.start())
        self.assertEqual(result.code, 0, result.err)
        self.check_in_sync(tenant)
        self.assertEqual(result.err, "", "it complains, of a folder for tokens for instance")
        self.assertEqual(self.finish(container.start()).code, 0)
        self.assertEqual(tenant.writes(), 2, "the second run wrote")

    def test_watch(self):
        tenant, container = self.one("watch")
        process = container.start()
        self.addCleanup(lambda: process.poll() is None and process.kill())
        until(lambda: tenant.writes() == 2)
        until(lambda: container.probe("readinessProbe") == 0)
        self.assertEqual(container.probe("livenessProbe"), 0)
        self.check_memory(process, container.container["resources"])
        process.send_signal(signal.SIGTERM)
        self.assertEqual(self.finish(process).code, 0)
        self.assertEqual([container.probe(name) for name in ("livenessProbe", "readinessProbe")],
                         [1, 1])
        self.check_in_sync(tenant)

    def check_memory(self, process, resources):
        """What it had resident at most is what it asks for, and well below its limit."""
        text = Path("/proc/%d/status" % process.pid).read_text(encoding="ascii")
        peak = 1024 * int(re.search(r"VmHWM:\s+(\d+) kB", text)[1])
        print("memory of the container: %d KB of %s, with %s asked for"
              % (peak // 1024, resources["limits"]["memory"], resources["requests"]["memory"]))
        self.assertLess(peak, pod.memory(resources["requests"]["memory"]))
        self.assertLess(4 * peak, pod.memory(resources["limits"]["memory"]))

    def test_fleet(self):
        """One index a tenant; one with a wrong secret fails, and nothing but its own index."""
        tenants = [self.serve(number) for number in range(INDICES)]
        (name, files), = pod.config_maps(FOLDER / "fleet/kustomization.yaml").items()
        maps = {name: {key: self.adapted(raw, tenants[int(key[0])])
                       for key, raw in files.items()}}
        secrets = {"connsync-%d" % number: {"client-secret": tenant.secrets[0].encode()}
                   for number, tenant in enumerate(tenants)}
        secrets["connsync-1"] = {"client-secret": b"MARKER-of-yesterday"}
        self.more_secrets += ["MARKER-of-yesterday"]
        running = [self.pod("fleet", maps, secrets, index).start() for index in range(INDICES)]
        results = [self.finish(process) for process in running]
        self.assertEqual([result.code for result in results], [0, 4, 0],
                         [result.err for result in results])
        self.check_in_sync(tenants[0])
        self.check_in_sync(tenants[2])
        self.assertNotIn("PATCH", tenants[1].methods())
        for line in results[1].err.splitlines():
            self.assertEqual(set(json.loads(line)), {"time", "level", "message"})

    def test_a_secret_that_the_user_may_not_read(self):
        """The group is what lets it be read: without it nothing is asked of the tenant."""
        tenant, container = self.one("apply")
        os.chmod(container.root / "var/run/secrets/connsync/client-secret", 0o400)
        result = self.finish(container.start())
        self.assertEqual(result.code, 64, result.err)
        self.assertIn("cannot read the file", result.err)
        self.assertEqual(tenant.requests, [])


if __name__ == "__main__":
    cli.main()
