"""A container as Kubernetes would start it, as far as a process can tell: an empty root that it
may not write, the volumes of its manifest in it, its arguments with $(NAME) filled in, and its
user. What the kubelet does is taken from the manifest alone.
"""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from reader import load

UNITS = {"Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30}
NAME = re.compile(r"\$\(([A-Za-z_]\w*)\)")


def template(manifest):
    """The pod's part of any of our workloads."""
    spec = manifest["spec"]
    return spec["jobTemplate"]["spec"]["template"] if "jobTemplate" in spec else spec["template"]


def config_maps(kustomization):
    """What kustomize would make of configMapGenerator: {name: {key: bytes}}."""
    folder = Path(kustomization).parent
    return {one["name"]: {Path(file).name: (folder / file).read_bytes() for file in one["files"]}
            for one in load(kustomization)["configMapGenerator"]}


def memory(quantity):
    """"16Mi" as bytes."""
    return int(quantity[:-2]) * UNITS[quantity[-2:]]


class Pod:
    """One container. `maps` and `secrets` are {name: {key: bytes}}; `index` is for an Indexed
    Job; `hosts` is what stands in /etc/hosts."""

    def __init__(self, program, manifest, maps, secrets, *, index=None, hosts=""):
        self.spec = template(manifest)["spec"]
        self.container, = self.spec["containers"]
        self.maps, self.secrets, self.index = maps, secrets, index
        self.writable = []
        self.root = Path(tempfile.mkdtemp(prefix="cs-"))
        shutil.copy(program, self.root / "connsync")
        self._put("etc/hosts", hosts.encode(), 0o644, None)
        volumes = {volume["name"]: volume for volume in self.spec["volumes"]}
        for mount in self.container["volumeMounts"]:
            self._mount(volumes[mount["name"]], mount["mountPath"].lstrip("/"))
        for folder, _, _ in os.walk(self.root):
            if folder not in self.writable:
                os.chmod(folder, 0o555)

    def remove(self):
        """Takes the root away."""
        shutil.rmtree(self.root, True)

    def _put(self, name, data, mode, group):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        if group is not None:
            os.chown(path, 0, group)
        os.chmod(path, mode)

    def _mount(self, volume, where):
        kind, what = next((key, value) for key, value in volume.items() if key != "name")
        group = self.spec["securityContext"]["fsGroup"]
        if kind == "emptyDir":
            self._make_empty(where, group)
            return
        mode = what.get("defaultMode", 0o644)
        for name, data in self._files(kind, what):
            self._put("%s/%s" % (where, name), data, mode, group)

    def _make_empty(self, where, group):
        """The volume's group is what lets the user write there."""
        folder = self.root / where
        folder.mkdir(parents=True)
        os.chown(folder, 0, group)
        os.chmod(folder, 0o2775)
        self.writable.append(str(folder))

    def _files(self, kind, what):
        if kind == "projected":
            for source in what["sources"]:
                (kind, inner), = source.items()
                yield from self._files(kind, inner)
            return
        held = (self.maps[what["name"]] if kind == "configMap"
                else self.secrets[what.get("secretName", what.get("name"))])
        items = what.get("items", [{"key": key, "path": key} for key in held])
        yield from ((item["path"], held[item["key"]]) for item in items)

    def environment(self):
        """What the manifest states, and what any container has; the index is an annotation of
        the pod."""
        found = {"HOME": "/", "PATH": "/usr/local/bin:/usr/bin:/bin"}
        for one in self.container.get("env", []):
            path = one["valueFrom"]["fieldRef"]["fieldPath"]
            if path != "metadata.annotations['batch.kubernetes.io/job-completion-index']":
                raise ValueError(path)
            found[one["name"]] = str(self.index)
        return found

    def command(self):
        """The words, with names filled in. A name that is not set stays, as in Kubernetes."""
        environment = self.environment()
        return [NAME.sub(lambda found: environment.get(found[1], found[0]), word)
                for word in self.container["command"] + self.container["args"]]

    def _enter(self):
        context = self.spec["securityContext"]
        os.chroot(self.root)
        os.chdir("/")
        os.setgroups([context["fsGroup"]])
        os.setgid(context["runAsGroup"])
        os.setuid(context["runAsUser"])

    def start(self):
        """The process."""
        return self._start(self.command())

    def probe(self, name):
        """The exit code of "livenessProbe" or "readinessProbe"."""
        process = self._start(self.container[name]["exec"]["command"])
        process.communicate()
        return process.returncode

    def _start(self, command):
        return subprocess.Popen(command, env=self.environment(), cwd="/",
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, preexec_fn=self._enter)
