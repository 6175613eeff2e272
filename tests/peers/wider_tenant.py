"""The tenant with the endpoints that auth0-deploy-cli asks beside those of connections."""

import re

from tenant import answers
from tenant.api import Api
from tenant.http_wire import Answer


class Wider(Api):
    """To be put in place of a Tenant's `api`."""

    def handle(self, head, body):
        path = head.target.split("?")[0]
        if path == "/api/v2/clients":
            return Answer(200, b'{"total":0,"start":0,"limit":100,"clients":[]}')
        if re.fullmatch(r"/api/v2/connections/[^/]+/clients", path):
            return Answer(200, b'{"clients":[]}')
        if path == "/api/v2/connections-directory-provisionings":
            return Answer(200, b'{"directory_provisionings":[]}')
        if path == "/api/v2/actions/actions":
            return Answer(200, b'{"total":0,"page":0,"per_page":100,"actions":[]}')
        if path.endswith("/scim-configuration"):
            return answers.error(404, "Not Found")
        return super().handle(head, body)
