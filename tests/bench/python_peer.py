"""What somebody who changes a connection with Python's own modules writes: read, change, write, read
again, compare; over one connection. peers.py and wire.py measure it.

    python_peer.py DOMAIN HOST PORT ANCHORS ID VALUE        with the token in the variable TOKEN
"""

import http.client
import json
import os
import socket
import ssl
import sys

NAME = "set_user_root_attributes"


class Connection(http.client.HTTPSConnection):
    """To another address than the name's."""

    address = None

    def connect(self):
        self.sock = self._context.wrap_socket(socket.create_connection(self.address),
                                              server_hostname=self.host)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def main(domain, host, port, anchors, connection_id, value):
    """One change."""
    connection = Connection(domain, context=ssl.create_default_context(cafile=anchors))
    connection.address = (host, int(port))
    path, head = "/api/v2/connections/" + connection_id, {"Authorization": "Bearer " + os.environ["TOKEN"]}

    def ask(method, body=None):
        connection.request(method, path, body, {**head, "Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            sys.exit("%s: %d" % (method, answer.status))
        return json.loads(text)["options"]

    wanted = {**ask("GET"), NAME: value}
    ask("PATCH", json.dumps({"options": wanted}))
    return 0 if ask("GET") == wanted else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
