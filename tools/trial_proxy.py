"""The way through a proxy that the environment names, as connsync takes it (docs/proxy.md)."""

import base64
import http.client
from urllib.parse import unquote, urlsplit

VARIABLES = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY")
DEFAULT_PORT = 1080


class NoTunnel(Exception):
    """Says why, without anything secret."""


def _fits(entry, domain):
    """Does an entry of no_proxy fit a domain, at port 443?"""
    name = entry.lower().removesuffix(":443").removeprefix("*").removeprefix(".")
    return entry == "*" or domain == name or bool(name) and domain.endswith("." + name)


def proxy_of(domain, environment):
    """Its URL in parts; None where there is none for the domain."""
    url = next(filter(None, map(environment.get, VARIABLES[:4])), None)
    entries = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
    if url is None or any(_fits(entry, domain.lower()) for entry in entries.replace(",", " ").split()):
        return None
    parts = urlsplit(url if "://" in url else "http://" + url)
    if parts.scheme != "http" or not parts.hostname:
        raise NoTunnel("a proxy is http://[USER:PASSWORD@]HOST:PORT, as for connsync")
    return parts


def tunnel(proxy, there, timeout):
    """A socket that leads to the address `there`."""
    connection = http.client.HTTPConnection(proxy.hostname, proxy.port or DEFAULT_PORT,
                                            timeout=timeout)
    fields = {}
    if proxy.username is not None:
        pair = "%s:%s" % (unquote(proxy.username), unquote(proxy.password or ""))
        fields["Proxy-Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    connection.set_tunnel(*there, fields)
    try:
        connection.connect()
    except OSError:
        raise NoTunnel("the proxy makes no way to the tenant") from None
    return connection.sock
