"""One change by Auth0's own tools for Node over the wire of wire.py: the SDK, and auth0-deploy-cli."""

import json
import os
import pathlib
import shutil
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "peers"))

from builds import PEAK  # noqa: E402
from measuring import ALL, DOMAIN, VALUES  # noqa: E402
from tenant import server  # noqa: E402
from wider_tenant import Wider  # noqa: E402

ROUND_TRIP_MS = 50
FILE_OF = {"connections": [{"name": "peak", "strategy": "oidc"}]}
TIMES = {"sdk": 3, "deploy": 1}


def commands(one, modules, far):
    """{tool: an iterator over its (command, environment)}"""
    one.tenant.api = Wider(one.tenant.store, one.tenant.tokens)
    server.IDLE_LIMIT = 600  # the deploy CLI compiles schemas meanwhile
    script = [shutil.which("node"), HERE / "node_peer.js", modules]
    known = {"PATH": os.environ["PATH"], "ADDRESS": far, "DOMAIN": DOMAIN, "TOKEN": one.tenant.token,
             "NODE_EXTRA_CA_CERTS": str(one.anchors[ALL]), "NO_COLOR": "1"}
    config, file = one.folder / "config.json", one.folder / "tenant.yaml"
    config.write_text(json.dumps({"AUTH0_DOMAIN": DOMAIN, "AUTH0_ACCESS_TOKEN": one.tenant.token,
                                  "AUTH0_INCLUDED_ONLY": ["connections"]}), encoding="utf-8")

    def deploy():
        options = {"a": [1, {"b": None}], "set_user_root_attributes": next(VALUES)}
        wanted = {"connections": [{**FILE_OF["connections"][0], "options": options}]}
        file.write_text(json.dumps(wanted), encoding="utf-8")
        return [*script, "deploy", config, file], known
    return {"sdk": lambda: ([*script, "sdk", one.id, next(VALUES)], known), "deploy": deploy}


def rows(wire, one, modules, measure_once):
    """{(what,): cells}"""
    wire.set_round_trip(ROUND_TRIP_MS / 1000)
    found = {}
    for tool, make in commands(one, modules, wire.far).items():
        name = {"sdk": "auth0", "deploy": "auth0-deploy-cli"}[tool]
        package = json.loads((modules / name / "package.json").read_text(encoding="utf-8"))
        runs = [measure_once(wire, make, PEAK) for _ in range(TIMES[tool])]
        ms, counts, words = min(runs, key=lambda run: run[0])
        found["%s %s" % (name, package["version"]),] = {
            "round trips": counts.round_trips, "connections": counts.connections,
            "bytes up": counts.up, "bytes down": counts.down,
            "%d ms: takes" % ROUND_TRIP_MS: "%.0f ms" % ms,
            "CPU": "%.0f ms" % (int(words[-3]) / 1000), "KB": int(words[-2])}
    return found
