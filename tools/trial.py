"""One trial of connsync on one tenant: a connection of its own, made, worked on, and deleted.

What each step saw goes to Trial.seen (trial_report.py). Deleting is the caller's to ask for, in a
`finally`: Trial.delete() finds the connection even if the answer to its creation was lost.
"""

import http.client
import json
import secrets
import socket
import ssl
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import trial_proxy
import trial_report

PREFIX = "connsync-try-"
SETTING = "set_user_root_attributes"
TIMEOUT = 60
TOO_MANY_REQUESTS = 429
RATE_LIMIT_TRIES = 10
# Nobody can log in: the hosts cannot exist (RFC 2606), and no application is given the connection.
OPTIONS = {
    "oauth2": {"authorizationURL": "https://idp.invalid/authorize",
               "tokenURL": "https://idp.invalid/token", "client_id": "a-client-of-nobody",
               "client_secret": "a-secret-of-nobody", "scope": "openid profile",
               "scripts": {"fetchUserProfile": "function(token, context, callback) "
                                               "{ callback(new Error('closed')); }"}},
    "auth0": {"enabledDatabaseCustomization": True, "import_mode": False, "disable_signup": True,
              "customScripts": {"login": "function login(name, password, callback) "
                                         "{ callback(new Error('closed')); }",
                                "get_user": "function getByEmail(name, callback) "
                                            "{ callback(null); }"}},
}
PATCHES = {"oauth2": {"scope": "openid"}, "auth0": {"disable_signup": False}}


class Failed(Exception):
    """The trial cannot go on; says why, without anything secret."""


class Tenant:
    """Where it is, and who asks: a token, or a client's id and secret. `proxy`: trial_proxy's."""

    def __init__(self, domain, token=None, client=None, audience=None, connect_to=None,
                 ca_file=None, proxy=None):
        self.domain, self.token, self.client = domain, token, client
        self.audience = audience or "https://%s/api/v2/" % domain
        self.connect_to, self.ca_file, self.proxy = connect_to, ca_file, proxy
        self._context = ssl.create_default_context(cafile=ca_file)
        self.words = trial_report.Words()
        self.words.add_domain(domain)
        self.words.add(token, self.audience, *(client or ()), proxy and proxy.netloc)

    def _dial(self):
        there = self.connect_to or (self.domain, 443)
        if self.proxy is None:
            return socket.create_connection(there, TIMEOUT)
        return trial_proxy.tunnel(self.proxy, there, TIMEOUT)

    def ask(self, method, target, body=None, token=None):
        """(observation, value) of one request, on a connection of its own."""
        connection = http.client.HTTPConnection(self.domain, timeout=TIMEOUT)
        sock = self._dial()
        try:
            connection.sock = self._context.wrap_socket(sock, server_hostname=self.domain)
            fields = {"Content-Type": "application/json"} if body is not None else {}
            if token is not None:
                fields["Authorization"] = "Bearer " + token
            since = time.monotonic()
            connection.request(method, target, body and json.dumps(body), fields)
            answer = connection.getresponse()
            data = answer.read()
            return trial_report.observe(answer.status, answer.getheaders(), data,
                                        time.monotonic() - since, self.words)
        finally:
            connection.close()
            sock.close()

    def arguments(self):
        """The options that lead connsync to the same place."""
        found = ["--ca-file", self.ca_file] if self.ca_file else []
        return found + (["--connect-to", "%s:%d" % self.connect_to] if self.connect_to else [])


class Trial:
    """Steps on one tenant, each with a line in `seen`."""

    def __init__(self, tenant, program, folder, environment, strategy):
        self.tenant, self.program, self.folder = tenant, program, Path(folder)
        self.environment, self.strategy = environment, strategy
        self.name = PREFIX + secrets.token_hex(6)
        self.seen = {}
        self.id, self.asked_for = None, False
        self.last = {}
        tenant.words.add(self.name)

    # Requests of its own.

    def _ask(self, step, method, target, body=None, token=None):
        """Again a second later where the rate limit is used up; a small tenant has two a second."""
        token = self.tenant.token if token is None else token
        for _ in range(RATE_LIMIT_TRIES):
            self.seen[step], value = self.tenant.ask(method, target, body, token)
            if self.seen[step]["status"] != TOO_MANY_REQUESTS:
                break
            time.sleep(1)
        return value

    def get_token(self):
        """Where there is none yet."""
        if self.tenant.token is not None:
            return
        seen, value = self.tenant.ask("POST", "/oauth/token", {
            "grant_type": "client_credentials", "client_id": self.tenant.client[0],
            "client_secret": self.tenant.client[1],
            "audience": self.tenant.audience})
        self.seen["token"] = seen
        if seen["status"] != 200 or not isinstance(value, dict) or "access_token" not in value:
            raise Failed("no token was granted (status %d)" % seen["status"])
        self.tenant.token = value["access_token"]
        self.tenant.words.add(self.tenant.token)

    def create(self):
        self.asked_for = True
        value = self._ask("create", "POST", "/api/v2/connections", {
            "name": self.name, "strategy": self.strategy, "options": OPTIONS[self.strategy]})
        status = self.seen["create"]["status"]
        if 400 <= status < 500:
            self.asked_for = False
            raise Failed("the connection was not made (status %d): 403 is a scope that the token "
                         "does not have, 400 a strategy that the tenant does not, try --strategy"
                         % status)
        if not isinstance(value, dict) or not isinstance(value.get("id"), str):
            raise Failed("the connection may have been made, the answer does not say (status %d)"
                         % status)
        self.id = value["id"]
        self.tenant.words.add(self.id)
        self.last = value

    def read(self, step):
        """The connection as it is now, and which options are not as they were."""
        value = self._ask(step, "GET", "/api/v2/connections/" + quote(self.id, safe=""))
        if not isinstance(value, dict):
            return
        before, after = self.last.get("options") or {}, value.get("options") or {}
        changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        kept = [name for name in after if name in before]
        self.seen[step].update({
            "options changed since": sorted(map(self.tenant.words.shown, changed)),
            "order of options kept": kept == [name for name in before if name in after]})
        self.last = value

    def others(self):
        """What a list looks like, and what those get who ask wrongly. A list has this one only."""
        self._ask("list", "GET", "/api/v2/connections?take=2&name=" + quote(self.name))
        self._ask("no such connection", "GET", "/api/v2/connections/con_connsynctrynone0")
        self._ask("no such token", "GET", "/api/v2/connections?take=1", token="none")

    # Runs of connsync.

    def run(self, step, *arguments, document=None, with_client=False):
        """One run; what it prints for people is not looked at, it may name the tenant."""
        credentials = {"AUTH0_API_TOKEN": self.tenant.token}
        if with_client and self.tenant.client:
            credentials = dict(zip(("AUTH0_CLIENT_ID", "AUTH0_CLIENT_SECRET"), self.tenant.client),
                               AUTH0_AUDIENCE=self.tenant.audience)
        since = time.monotonic()
        process = subprocess.Popen(
            [self.program, *arguments, "--json", "--no-token-cache", *self.tenant.arguments()],
            env={**self.environment, "AUTH0_DOMAIN": self.tenant.domain, **credentials},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            cwd=self.folder, process_group=0)  # Ctrl-C is ours to pass on
        out = _finish(process, json.dumps(document or {}).encode())
        lines = [line for line in map(_line, out.splitlines()) if line.get("id") == self.id]
        line = lines[0] if lines else {}
        words = trial_report.Words()
        self.seen[step] = {
            "ms": (time.monotonic() - since) * 1000, "exit code": process.returncode,
            **{key: words.shown(str(line[key])) for key in ("status", "code", "before", "after")
               if key in line},
            **{key: line[key] for key in ("requests", "verified", "applied", "derived")
               if isinstance(line.get(key), int)}}

    def work(self):
        """All of it but making and deleting."""
        self.read("read")
        self.run("connsync get", "get", self.id, with_client=True)
        backups = self.folder / "backups"
        backups.mkdir()
        self.run("connsync set", "set", self.id, "on_first_login", "--backup", str(backups))
        self.read("read after set")
        self.run("connsync patch", "patch", self.id, "-", document=PATCHES[self.strategy])
        self.read("read after patch")
        for backup in backups.glob("*.json"):
            self.run("connsync restore", "restore", str(backup))
            self.read("read after restore")
        self.run("connsync plan", "plan", "-", document={
            "connections": [{"id": self.id, SETTING: "on_first_login"}]})
        self.others()

    # The end.

    def delete(self, tries=4):
        """True if the connection is known to be gone, or never to have been made."""
        if not self.asked_for:
            return True
        for turn in range(tries):
            try:
                if self._delete_once():
                    return True
            except Exception:  # whatever an answer does to us, the connection has to go
                pass
            if turn + 1 < tries:
                time.sleep(1)
        return False

    def _delete_once(self):
        if self.id is None:
            _, found = self.tenant.ask("GET", "/api/v2/connections?name=" + quote(self.name),
                                       token=self.tenant.token)
            mine = [item for item in found if item["name"] == self.name]
            if not mine:
                return False
            self.id = mine[0]["id"]
        self._ask("delete", "DELETE", "/api/v2/connections/" + quote(self.id, safe=""))
        return self.seen["delete"]["status"] in (200, 202, 204, 404)


def _finish(process, given):
    """Its output. Who interrupts waits for the end of a write that has begun."""
    try:
        return process.communicate(given, timeout=10 * TIMEOUT)[0]
    except BaseException:
        process.terminate()
        try:
            process.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            process.kill()
        raise


def _line(text):
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
