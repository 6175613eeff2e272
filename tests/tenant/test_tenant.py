"""The tenant answers as the real service does, and keeps bytes as they are."""

import json
import sys
import unittest
from pathlib import Path
from urllib.parse import quote_from_bytes

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tenant import Tenant, digest, raw_json, samples  # noqa: E402
from tenant.client_for_tests import Client  # noqa: E402
from tenant.validation import SIZE_LIMIT  # noqa: E402


class TenantCase(unittest.TestCase):
    """A tenant with one sample of each kind, and a client."""

    how = {}

    def setUp(self):
        self.tenant = Tenant(**self.how)
        self.addCleanup(self.tenant.close)
        self.ids = {json.loads(text)["name"]: self.tenant.add(text)
                    for text in samples.everything()}
        self.client = Client(self.tenant)
        self.addCleanup(self.client.close)
        self.google = self.ids["google-oauth2"]

    def tearDown(self):
        self.assertEqual(self.tenant.journal.crashes, [])

    def options_of(self, name):
        """The `options` of an answer to GET one, as bytes."""
        return raw_json.get(self.client.get("connections/" + self.ids[name])[1], "options")


class RawJson(unittest.TestCase):
    """Cutting and joining JSON text."""

    def test_members_keep_their_spelling(self):
        text = rb' { "a\u0062" : 1.0 , "x":{"y":"}\"]"},"z" :[ ] }'
        self.assertEqual([(m.key, m.value) for m in raw_json.members(text)],
                         [("ab", b"1.0"), ("x", rb'{"y":"}\"]"}'), ("z", b"[ ]")])

    def test_put_and_without(self):
        for text in (b'{"a":1}', b'{ }', b'{"a" : 1 , "b":[2]}', b' {"s":"x","s":"y"}\n'):
            more = raw_json.put(text, "new", b'"v"')
            self.assertEqual(raw_json.get(more, "new"), b'"v"')
            if raw_json.members(text):
                self.assertEqual(raw_json.without(more, "new"), text)
        self.assertEqual(raw_json.put(b'{"a": 1 ,"b":2}', "a", b"[]"), b'{"a": [] ,"b":2}')
        self.assertEqual(raw_json.without(b'{"a":1, "b":2,"a":3}', "a"), b'{"b":2}')
        self.assertEqual(raw_json.without(b'{ "a":1 }', "a"), b"{  }")

    def test_strict(self):
        for text in (b"{'a':1}", b'{"a":NaN}', b'{"a":1}x', b'{"a":"\xff"}', b'{"a":01}', b"",
                     b'{"a":"\n"}', b"[" * 100000):
            with self.assertRaises(ValueError):
                raw_json.check(text)
        raw_json.check(b'{"a":1' + b"0" * 9000 + b"}")

    def test_deep_is_not_recursive(self):
        text = b'{"a":' + b"[" * 200000 + b"]" * 200000 + b"}"
        self.assertEqual(len(raw_json.members(text)), 1)

    def test_same_value_and_reversed(self):
        text = b'{"a":{"x":1,"y":[{"p":1,"q":2}]},"b":1.0}'
        turned = raw_json.reversed_object(text, deep=True)
        self.assertEqual(turned, b'{"b":1.0,"a":{"y":[{"q":2,"p":1}],"x":1}}')
        self.assertTrue(raw_json.same_value(text, turned))
        self.assertFalse(raw_json.same_value(b"[1.0]", b"[1]"))
        self.assertTrue(raw_json.same_value(text, raw_json.spaced(text)))

    def test_strings_are_values_only(self):
        self.assertEqual(raw_json.strings(rb'{"k" : "v\u0041","n":["w",{"m":1}]}'), ["vA", "w"])


class Reading(TenantCase):
    """GET one and GET the list."""

    def test_one_is_byte_exact(self):
        for text in samples.everything():
            status, body = self.client.get("connections/" + json.loads(text)["id"])
            self.assertEqual((status, body), (200, text))

    def test_fields(self):
        target = "connections/%s?fields=" % self.google
        self.assertEqual(list(self.client.json(target + "name,id")), ["id", "name"])
        left = self.client.json(target + "options,realms&include_fields=false")
        self.assertNotIn("options", left)
        self.assertIn("strategy", left)

    def test_unknown_connection(self):
        status, body = self.client.get("connections/con_nobody")
        self.assertEqual((status, json.loads(body)["errorCode"]), (404, "inexistent_connection"))

    def test_list_shapes(self):
        everything = [json.loads(text) for text in samples.everything()]
        self.assertEqual(self.client.json("connections"), everything)
        totals = self.client.json("connections?include_totals=true&per_page=4&page=2")
        self.assertEqual([totals[key] for key in ("total", "start", "limit")], [11, 8, 4])
        self.assertEqual(totals["connections"], everything[8:])
        self.assertEqual(self.client.get("connections?page=11&per_page=100")[0], 400)

    def test_list_filters(self):
        found = self.client.json("connections?name=okta&fields=id")
        self.assertEqual(found, [{"id": self.ids["okta"]}])
        self.assertEqual(self.client.json("connections?name=okt"), [])
        found = self.client.json("connections?strategy=sms&strategy=email&fields=name")
        self.assertEqual([item["name"] for item in found], ["sms", "email"])

    def test_checkpoints(self):
        names, position, pages = [], "", 0
        while position is not None:
            page = self.client.json("connections?take=4&fields=name" + position)
            names += [item["name"] for item in page["connections"]]
            position = "&from=" + page["next"] if "next" in page else None
            pages += 1
        self.assertEqual((names, pages), (list(self.ids), 3))
        self.assertNotIn("next", self.client.json("connections?take=11&fields=name"))
        self.assertEqual(self.client.get("connections?take=4&from=bad")[0], 400)
        self.assertEqual(self.client.get("connections?take=101")[0], 400)

    def test_other_targets(self):
        self.assertEqual(self.client.get("users")[0], 404)
        self.assertEqual(self.client.ask("PUT", "/api/v2/connections/x")[0], 404)

    def test_headers(self):
        headers = self.client.ask("GET", "/api/v2/connections")[2]
        self.assertEqual(headers["content-type"], "application/json; charset=utf-8")
        self.assertEqual(headers["transfer-encoding"], "chunked")
        for name in ("Date", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"):
            self.assertIn(name, headers)

    def test_gzip_only_when_asked(self):
        self.assertIsNone(self.client.ask("GET", "/api/v2/connections")[2]["content-encoding"])
        headers = self.client.ask("GET", "/api/v2/connections", Accept_Encoding="gzip")[2]
        self.assertEqual(headers["content-encoding"], "gzip")

    def test_host_must_be_ours(self):
        self.assertEqual(self.client.get("connections", Host="elsewhere.test")[0], 404)
        port = "%s:%d" % (self.tenant.domain, self.tenant.port)
        self.assertEqual(self.client.get("connections", Host=port)[0], 200)


class Tokens(TenantCase):
    """Bearer tokens, scopes and the token endpoint."""

    def status_with(self, value):
        """The status of a GET with that Authorization."""
        return self.client.get("connections/" + self.google, Authorization=value)[0]

    def test_bearer(self):
        self.assertEqual(self.status_with(None), 401)
        self.assertEqual(self.status_with("Bearer wrong"), 401)
        self.assertEqual(self.status_with("Basic abc"), 400)
        self.assertEqual(self.status_with("bearer " + self.tenant.token), 200)
        expired = self.tenant.issue_token("read:connections", lifetime=-1)
        self.assertEqual(self.status_with("Bearer " + expired), 401)

    def test_without_read_options_there_are_none(self):
        token = self.tenant.issue_token("read:connections", "update:connections",
                                        "update:connections_options")
        client = Client(self.tenant, token=token)
        self.addCleanup(client.close)
        self.assertNotIn("options", client.json("connections/" + self.google))
        self.assertNotIn("options", client.json("connections")[0])
        status, body = client.patch(self.google, b'{"options":{"a":1}}')
        self.assertEqual(status, 200)
        self.assertNotIn(b'"options"', body)

    def test_without_update_options_no_options_are_written(self):
        token = self.tenant.issue_token("read:connections", "update:connections")
        client = Client(self.tenant, token=token)
        self.addCleanup(client.close)
        before = self.tenant.raw_options(self.google)
        status, body = client.patch(self.google, b'{"options":{}}')
        self.assertEqual(status, 403)
        self.assertIn("update:connections_options", json.loads(body)["message"])
        self.assertEqual(self.tenant.raw_options(self.google), before)
        self.assertEqual(client.patch(self.google, b'{"show_as_button":false}')[0], 200)

    def test_insufficient_scope(self):
        client = Client(self.tenant, token=self.tenant.issue_token("read:users"))
        self.addCleanup(client.close)
        for status, body in (client.get("connections"), client.get("connections/" + self.google),
                             client.patch(self.google, b"{}")):
            self.assertEqual((status, json.loads(body)["errorCode"]), (403, "insufficient_scope"))

    def token(self, body, content_type="application/x-www-form-urlencoded"):
        """(status, document) of the token endpoint."""
        status, answer, _ = self.client.ask("POST", "/oauth/token", body, Authorization=None,
                                            Content_Type=content_type)
        return status, json.loads(answer)

    def form(self, **changes):
        """A right form, but for the changes."""
        fields = {"grant_type": "client_credentials", "client_id": self.tenant.client_id,
                  "client_secret": self.tenant.secrets[0], "audience": self.tenant.audience}
        fields.update(changes)
        return "&".join(key + "=" + quote_from_bytes(value.encode(), safe="")
                        for key, value in fields.items())

    def test_token_by_form_and_json(self):
        status, answer = self.token(self.form())
        self.assertEqual((status, answer["token_type"], answer["expires_in"]),
                         (200, "Bearer", 86400))
        self.assertIn("read:connections_options", answer["scope"].split())
        self.assertEqual(self.status_with("Bearer " + answer["access_token"]), 200)
        fields = {"grant_type": "client_credentials", "client_id": self.tenant.client_id,
                  "client_secret": self.tenant.secrets[0], "audience": self.tenant.audience}
        self.assertEqual(self.token(json.dumps(fields), "application/json")[0], 200)

    def test_token_refusals(self):
        for changes, status, word in (
                ({"client_secret": "no"}, 401, "access_denied"),
                ({"client_id": "no"}, 401, "access_denied"),
                ({"audience": self.tenant.audience[:-1]}, 403, "access_denied"),
                ({"grant_type": "password"}, 403, "unsupported_grant_type")):
            answer = self.token(self.form(**changes))
            self.assertEqual((answer[0], answer[1]["error"]), (status, word))
        self.tenant.tokens.granted = False
        self.assertEqual(self.token(self.form())[0], 403)

    def test_a_form_that_is_not_encoded(self):
        for body in ("client_secret=a b", "client_secret=%zz", "client_secret=\u00fc",
                     self.form() + "&client_id=twice"):
            self.assertEqual(self.token(body.encode())[1]["error"], "invalid_request")

    def test_a_secret_of_every_byte(self):
        secret = bytes(range(256))
        with Tenant(client_secret=secret) as tenant:
            client = Client(tenant)
            form = ("grant_type=client_credentials&client_id=%s&client_secret=%s&audience=%s"
                    % (tenant.client_id, quote_from_bytes(secret, safe=""), tenant.audience))
            status = client.ask("POST", "/oauth/token", form,
                                Content_Type="application/x-www-form-urlencoded")[0]
            client.close()
        self.assertEqual(status, 200)


class Writing(TenantCase):
    """PATCH: what it replaces, what it keeps, what it refuses."""

    def test_options_are_replaced_whole_and_kept_as_bytes(self):
        sent = b'{ "set_user_root_attributes" : "on_first_login","n":1.0 ,"n":1e3 }'
        status, body = self.client.patch(self.google, b' {"options" :%s} ' % sent)
        self.assertEqual(status, 200)
        self.assertEqual(raw_json.get(body, "options"), sent)
        self.assertEqual(self.tenant.raw_options(self.google), sent)
        self.assertEqual(self.options_of("google-oauth2"), sent)
        self.assertEqual(len(self.tenant.history(self.google)), 2)
        self.assertEqual(self.tenant.writes(), 1)

    def test_other_members_stay_and_display_name_falls_back(self):
        self.client.patch(self.google, b'{"options":{}}')
        after = self.client.json("connections/" + self.google)
        self.assertEqual(after["display_name"], "google-oauth2")
        self.assertEqual(after["realms"], ["google-oauth2"])
        self.client.patch(self.google, b'{"options":{},"display_name":"Kept"}')
        self.assertEqual(self.tenant.raw_member(self.google, "display_name"), b'"Kept"')
        self.client.patch(self.ids["sms"], b'{"show_as_button":false}')
        self.assertIsNone(self.tenant.raw_member(self.ids["sms"], "display_name"))
        self.tenant.behave(display_name_rule=False)
        self.client.patch(self.google, b'{"options":{}}')
        self.assertEqual(self.tenant.raw_member(self.google, "display_name"), b'"Kept"')

    def test_metadata_that_is_too_large_today(self):
        """It was stored before there was a limit: only a write finds out, if it has `options`."""
        limits = (("partner-oidc", 131072), ("corp-saml", 4194304))
        big = b'{"options":{"oidc_metadata":{"a":"%s"}}}' % (131072 * b"x")
        self.refused("partner-oidc", big, 422, "exceeds")
        for name, limit in limits:
            self.tenant.behave(self.ids[name], fetched=limit + 1)
            self.refused(name, b'{"options":{}}', 422, "maximum size of %d bytes" % limit)
        for name, limit in limits:
            self.assertEqual(self.client.patch(self.ids[name], b'{"show_as_button":true}')[0], 200)
            self.tenant.behave(self.ids[name], fetched=limit)
            self.assertEqual(self.client.patch(self.ids[name], b'{"options":{}}')[0], 200)
        self.assertEqual(self.client.patch(self.ids["okta"], big)[0], 200)

    def refused(self, name, body, status, words, **headers):
        """Expects a refusal with these words, and that nothing changed."""
        before = self.tenant.raw_options(self.ids[name])
        got, answer = self.client.patch(self.ids[name], body, **headers)
        self.assertEqual(got, status)
        self.assertIn(words, json.loads(answer)["message"])
        self.assertEqual(self.tenant.raw_options(self.ids[name]), before)
        self.assertEqual(self.tenant.writes(), 0)

    def test_validation(self):
        self.refused("okta", b'{"strategy":"okta","options":{},"name":"x"}', 400,
                     "'Additional properties not allowed: strategy,name'")
        self.refused("okta", b'{"enabled_clients":[]}', 400, "not allowed: enabled_clients")
        for value in (b"null", b"[]", b'""'):
            self.refused("okta", b'{"options":%s}' % value, 400, "Expected type object")
        self.refused("okta", b'{"options":{},"display_name":null}', 400, "Expected type string")
        self.refused("okta", b'{"display_name":"%s"}' % (b"d" * 129), 400, "too long")
        self.refused("okta", b'{"options":{"a":1}', 400, "Invalid request payload JSON")
        self.refused("okta", b"[]", 400, "Expected type object")
        self.refused("okta", b"{}", 415, "Unsupported", Content_Type="text/plain")

    def test_the_setting(self):
        for value, words in ((b'"sometimes"', "No enum match for: sometimes"),
                             (b"null", "found type null"), (b"1", "found type number")):
            body = b'{"options":{"set_user_root_attributes":%s}}' % value
            self.refused("okta", body, 400, words)
        for name in ("sms", "email", "Username-Password-Authentication", "migrating-users"):
            options = raw_json.put(self.tenant.raw_options(self.ids[name]),
                                   "set_user_root_attributes", b'"on_first_login"')
            self.refused(name, b'{"options":%s}' % options, 400, "can be set only for enterprise")
        options = raw_json.put(self.tenant.raw_options(self.ids["legacy-users"]),
                               "set_user_root_attributes", b'"never_on_login"')
        status, _ = self.client.patch(self.ids["legacy-users"], b'{"options":%s}' % options)
        self.assertEqual(status, 200)

    def test_size_limit(self):
        body = b'{"options":{"x":"%s"}}' % (b"x" * SIZE_LIMIT)
        self.refused("okta", body, 413, "greater than maximum allowed: 1048576")
        fits = body[:SIZE_LIMIT - 3] + b'"}}'
        self.assertEqual(self.client.patch(self.ids["okta"], fits)[0], 200)


class Misbehaviour(TenantCase):
    """The service's own ways of not doing what it was asked."""

    def write(self, name="okta", value=b'"never_on_login"'):
        """Writes the setting, everything else as it was; returns what was sent."""
        sent = raw_json.put(self.tenant.raw_options(self.ids[name]), "set_user_root_attributes",
                            value)
        status, _ = self.client.patch(self.ids[name], b'{"options":%s}' % sent)
        self.assertEqual(status, 200)
        return sent

    def test_order_and_space(self):
        for changes in ({"reorder": "reverse"}, {"reorder": "deep"}, {"spaced": True}):
            self.tenant.behave(self.ids["corp-saml"], **changes)
            stored = self.tenant.raw_options(self.ids["corp-saml"])
            shown = self.options_of("corp-saml")
            self.assertTrue(raw_json.same_value(stored, shown))
        self.assertEqual(raw_json.keys(shown), raw_json.keys(stored)[::-1])
        self.assertEqual(self.options_of("okta"), self.tenant.raw_options(self.ids["okta"]))

    def test_derive_drop_change(self):
        okta = self.ids["okta"]
        self.tenant.behave(okta, derive={"derived": b"[1]"}, drop=("issuer",),
                           change={"domain": b'"other"'})
        self.write()
        after = self.tenant.raw_options(okta)
        self.assertEqual(raw_json.get(after, "derived"), b"[1]")
        self.assertEqual(raw_json.get(after, "domain"), b'"other"')
        self.assertIsNone(raw_json.get(after, "issuer"))

    def test_stale_reads(self):
        before = self.tenant.raw_options(self.ids["okta"])
        self.tenant.behave(stale_reads=2)
        sent = self.write()
        self.assertEqual([self.options_of("okta") for _ in range(3)], [before, before, sent])

    def test_ignored(self):
        before = self.tenant.raw_options(self.ids["okta"])
        self.tenant.behave(ignore_setting=True)
        self.write()
        self.assertEqual(self.tenant.raw_options(self.ids["okta"]), before)
        self.write("azure-ad", b'"on_each_login"')
        self.assertIn(b"never_on_login", self.tenant.raw_options(self.ids["azure-ad"]))
        self.tenant.behave(ignore_setting=False, ignore_patch=True)
        self.write()
        self.assertEqual(self.tenant.raw_options(self.ids["okta"]), before)

    def test_unknown_behaviour_is_refused(self):
        with self.assertRaises(ValueError):
            self.tenant.behave(reoder="reverse")


class Watching(TenantCase):
    """Counters and journal, and the samples' own promises."""

    def test_journal(self):
        self.client.get("connections/%s?fields=id" % self.google)
        self.client.patch(self.google, b'{"options":{}}')
        self.assertEqual(self.tenant.methods(), ["GET", "PATCH"])
        self.assertEqual((self.tenant.tcp_connections, self.tenant.handshakes), (1, 1))
        first, second = self.tenant.requests
        self.assertEqual(first.path, "/api/v2/connections/" + self.google)
        self.assertEqual(first.query, {"fields": ["id"]})
        self.assertEqual(first.header("authorization"), digest("Bearer " + self.tenant.token))
        self.assertEqual((second.body, second.applied, second.status),
                         (b'{"options":{}}', True, 200))
        self.assertNotIn(self.tenant.token, repr(self.tenant.requests))

    def test_counts_of_connections(self):
        self.client.get("connections")
        self.client.close()
        self.client.get("connections")
        self.assertEqual((self.tenant.tcp_connections, self.tenant.handshakes), (2, 2))
        self.client.close()
        self.assertTrue(self.tenant.settle())

    def test_samples(self):
        self.assertEqual(len(raw_json.keys(self.tenant.raw_options(self.google))), 14)
        text = b"".join(samples.everything() + [samples.large(5000)]).decode("utf-8")
        for secret in samples.SECRETS:
            self.assertIn("SECRET", secret)
            self.assertIn(secret, text)
        for size in (200, 4096, 1048576):
            self.assertEqual(len(raw_json.get(samples.large(size), "options")), size)
        self.assertEqual(len(raw_json.keys(raw_json.get(samples.wide(270), "options"))), 270)
        values = samples.option_values(samples.okta())
        self.assertIn("example-org.okta.test", values)
        self.assertNotIn("on_first_login", values)


if __name__ == "__main__":
    unittest.main()
