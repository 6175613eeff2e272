"""A stand-in for the part of GitHub's and of GitLab's REST API that the comments of a pull request,
or the notes of a merge request, need: a list in pages, one more, another text for one. It refuses
what they refuse: a token that is not the right one, and a text that is too long.
"""

import http.server
import json
import re
import ssl
import threading
import urllib.parse

LIST = re.compile(r"/[\w/%.-]+/(?:comments|notes)")
ONE = re.compile(r"/[\w/%.-]+/(?:comments|notes)/(\d+)")
MANY_CHARACTERS = {"Authorization": 65536, "PRIVATE-TOKEN": 1000000}


class Comments:
    """What is shown, and what was asked. `user` is whose token it is; with `fails` every request
    of that method ends with 502."""

    def __init__(self, certificate, key, token, user):
        self.header, self.token = token
        self.user, self.fails = user, None
        self.shown, self.requests = [], []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        handler = type("Handler", (Handler,), {"comments": self})
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = "https://127.0.0.1:%d" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def add(self, text, user):
        """By a user {"id", "login"}, which GitLab calls `author`."""
        self.shown.append({"id": 1000 + len(self.shown), "body": text, "user": user,
                           "author": user, "system": False})
        return self.shown[-1]

    def texts(self):
        return [one["body"] for one in self.shown]

    def answer(self, method, target, fields, body):
        """(status, JSON) of a request."""
        path, _, query = target.partition("?")
        self.requests.append((method, path))
        if fields.get(self.header) != self.token:
            return 401, {"message": "Bad credentials"}
        if method == self.fails:
            return 502, {"message": "Server Error"}
        if method == "GET" and path.endswith("/user"):
            return 200, self.user
        if method == "GET" and LIST.fullmatch(path):
            asked = {key: int(value) for key, value in urllib.parse.parse_qsl(query)}
            start = (asked["page"] - 1) * asked["per_page"]
            return 200, self.shown[start:start + asked["per_page"]]
        return self.write(method, path, body) if body else (404, {"message": "Not Found"})

    def write(self, method, path, body):
        text = (json.loads(body)["body"] if self.header == "Authorization"
                else dict(urllib.parse.parse_qsl(body))["body"])
        if len(text) > MANY_CHARACTERS[self.header]:
            return 422, {"message": "Validation Failed: body is too long"}
        if method == "POST" and LIST.fullmatch(path):
            return 201, self.add(text, self.user)
        one = ONE.fullmatch(path)
        if one and method == {"Authorization": "PATCH"}.get(self.header, "PUT"):
            for comment in self.shown:
                if comment["id"] == int(one[1]):
                    comment["body"] = text
                    return 200, comment
        return 404, {"message": "Not Found"}


class Handler(http.server.BaseHTTPRequestHandler):
    """One request."""

    def reply(self):
        length = int(self.headers.get("Content-Length") or 0)
        status, told = self.comments.answer(self.command, self.path, self.headers,
                                            self.rfile.read(length).decode("utf-8"))
        data = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PATCH = do_PUT = reply

    def log_message(self, *_):
        pass
