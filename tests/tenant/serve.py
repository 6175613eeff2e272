#!/usr/bin/env python3
"""Runs the fake tenant by itself, to try connsync by hand or from a shell.

Prints one line of JSON that says where everything is, then serves until it is
told to end (Ctrl-C, SIGTERM, or the end of its standard input with --until-eof).
"""

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tenant import DOMAIN, Tenant, pki, samples  # noqa: E402
from tenant.control import Control  # noqa: E402
from tenant.faults import from_json  # noqa: E402


def options(arguments):
    """The command line."""
    parser = argparse.ArgumentParser(prog="serve.py", description=__doc__.split("\n\n")[0])
    add = parser.add_argument
    add("--domain", default=DOMAIN, help="the name that clients verify (%(default)s)")
    add("--host", default="127.0.0.1", help="the address to serve on (%(default)s)")
    add("--port", type=int, default=0, help="0 takes any free port")
    add("--control-port", type=int, default=0, help="for control.py's plain HTTP")
    add("--pki", metavar="FOLDER", help="keep the test certificates there")
    add("--certificate", metavar="PEM", help="serve this chain instead")
    add("--key", metavar="PEM", help="its private key")
    add("--tls", choices=("both", "1.2", "1.3", "none"), default="both")
    add("--framing", choices=("chunked", "length", "close"), default="chunked")
    add("--burst", type=int, help="enforce a rate limit: requests at once")
    add("--refill", type=float, help="enforce a rate limit: requests a second")
    add("--connection", metavar="JSON-FILE", action="append", default=[],
        help="serve this connection; repeatable; without it, one sample of each kind")
    add("--fault", metavar="JSON", action="append", default=[],
        help='for example \'{"kind":"close_after","method":"PATCH"}\'; repeatable')
    add("--ready-file", metavar="FILE", help="write the line of JSON there as well")
    add("--until-eof", action="store_true", help="end when standard input does")
    return parser.parse_args(arguments)


def start(chosen, folder):
    """The tenant as the command line wants it, with its connections and faults."""
    keys = pki.make(chosen.pki or folder / "pki", chosen.domain)
    tenant = Tenant(chosen.domain, chosen.host, chosen.port, pki=keys, tls=chosen.tls,
                    certificate=chosen.certificate, key=chosen.key, framing=chosen.framing,
                    burst=chosen.burst, refill=chosen.refill)
    texts = [Path(name).read_bytes() for name in chosen.connection] or samples.everything()
    for text in texts:
        tenant.add(text)
    tenant.faults += [from_json(json.loads(text)) for text in chosen.fault]
    return tenant


def _keep(path, text):
    """A secret goes into a file that only its owner can read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    return str(path)


def describe(tenant, control, folder):
    """All that a client needs, as one line."""
    secret = tenant.secrets[0]
    return json.dumps({
        "domain": tenant.domain, "address": tenant.host, "port": tenant.port,
        "connect_to": tenant.arguments()[1], "control_port": control.port,
        "ca_file": str(tenant.ca_file) if tenant.ca_file else None, "audience": tenant.audience,
        "token": tenant.token, "token_file": _keep(folder / "token", tenant.token),
        "client_id": tenant.client_id,
        "client_secret_file": _keep(folder / "client-secret", secret),
        "connections": [{"id": key, "name": item.text("name"), "strategy": item.text("strategy")}
                        for key, item in tenant.store.connections.items()]})


def _publish(line, ready_file):
    print(line, flush=True)
    if ready_file:
        aside = Path(ready_file + ".part")
        aside.write_text(line + "\n", encoding="utf-8")
        aside.rename(ready_file)


def _interrupted(_number, _frame):
    raise KeyboardInterrupt


def _wait(until_eof):
    try:
        if until_eof:
            sys.stdin.buffer.read()
        else:
            signal.pause()
    except KeyboardInterrupt:
        pass


def main(arguments=None):
    """Serves until told to end."""
    chosen = options(arguments)
    signal.signal(signal.SIGTERM, _interrupted)
    folder = Path(tempfile.mkdtemp(prefix="connsync-tenant-"))
    try:
        with start(chosen, folder) as tenant:
            control = Control(tenant, chosen.control_port)
            _publish(describe(tenant, control, folder), chosen.ready_file)
            _wait(chosen.until_eof)
            control.close()
    except KeyboardInterrupt:
        pass
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
