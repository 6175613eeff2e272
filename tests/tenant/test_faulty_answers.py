"""Faults of the answer itself: errors, framing, heads, documents."""

import json
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tenant import raw_json, samples  # noqa: E402
from tenant.client_for_tests import FaultCase, PATCH_BODY  # noqa: E402


def within(seconds, condition):
    """Whether the condition came to hold in that time."""
    limit = time.monotonic() + seconds
    while not condition() and time.monotonic() < limit:
        time.sleep(0.01)
    return condition()


class Errors(FaultCase):
    """Answers of a service that has troubles."""

    def test_status_bodies(self):
        for status, body, seen in ((502, "html", b"<title>502 Bad Gateway</title>"),
                                   (500, "empty", b""), (503, "json", b'"statusCode":503'),
                                   (504, "upstream timed out", b"upstream timed out")):
            self.fault("status", status=status, body=body)
            got, answer, _ = self.client.ask("PATCH", self.one, PATCH_BODY)
            self.assertEqual(got, status)
            self.assertIn(seen, answer)
        self.assertFalse(self.applied())

    def test_applied_then_error(self):
        self.fault("applied_then_error")
        self.assertEqual(self.client.ask("PATCH", self.one, PATCH_BODY)[0], 502)
        self.assertTrue(self.applied())

    def test_lands_late(self):
        self.fault("lands_late", target=self.id, seconds=1)
        self.assertEqual(self.client.ask("PATCH", self.one, PATCH_BODY)[0], 504)
        self.assertFalse(self.applied())
        self.assertTrue(within(10, self.applied))

    def test_lands_late_without_an_answer(self):
        self.fault("lands_late", target=self.id, seconds=1, status=0)
        self.assertEqual(self.patch_raw(), (b"", "close"))
        self.assertFalse(self.applied())
        self.assertTrue(within(10, self.applied))

    def test_early_answer(self):
        self.fault("early_answer")
        data = self.client.plain("PATCH", self.one, PATCH_BODY, "keep-alive")
        answer, how = self.client.raw(data[:-10])
        self.assertTrue(answer.startswith(b"HTTP/1.1 413 "))
        self.assertEqual((how, self.applied()), ("close", False))

    def test_rate_limited(self):
        for how, names in (({"retry_after": 3}, {"Retry-After": "3"}), ({"reset_in": 5}, {}),
                           ({"date": False}, {"Date": None, "X-RateLimit-Reset": None})):
            self.fault("rate_limited", **how)
            status, body, headers = self.client.ask("GET", self.one)
            self.assertEqual((status, json.loads(body)["errorCode"]), (429, "too_many_requests"))
            self.assertEqual(headers.get_all("X-RateLimit-Remaining"), ["0"])
            for name, value in names.items():
                self.assertEqual(headers[name], value)
        self.fault("rate_limited", reset_in=5)
        reset = int(self.client.ask("GET", self.one)[2]["X-RateLimit-Reset"])
        self.assertAlmostEqual(reset, self.tenant.utc_now() + 5, delta=1)

    def test_rate_limited_shapes(self):
        for shape, seen in (("oauth", b'"error_description"'), ("bare", b'"statusCode":429'),
                            ("html", b"<html>"), ("empty", b"")):
            self.fault("rate_limited", shape=shape)
            status, body, _ = self.client.ask("GET", self.one)
            self.assertEqual(status, 429)
            self.assertIn(seen, body)

    def test_gate(self):
        self.fault("gate", times=None, gap=0.2, retry_after=4)
        self.assertEqual(self.client.ask("GET", self.one)[0], 200)
        got, _, headers = self.client.ask("PATCH", self.one, PATCH_BODY)
        self.assertEqual((got, headers["Retry-After"], headers["X-RateLimit-Limit"]),
                         (503, "4", None))
        time.sleep(0.25)
        self.assertEqual(self.client.ask("GET", self.one)[0], 200)
        self.assertFalse(self.applied())

    def test_by_chance(self):
        """The same seed, the same answers; about so many of them."""
        found = []
        for seed in (1, 1, 2):
            self.tenant.reset()
            self.fault("by_chance", times=None, one_in=5, seed=seed, kinds=("limit", "error"))
            found.append([self.client.ask("GET", self.one)[0] for _ in range(100)])
        self.assertEqual(found[0], found[1])
        self.assertNotEqual(found[1], found[2])
        self.assertEqual(set(found[0]), {200, 429, 500})
        self.assertGreater(found[0].count(200), 65)
        self.assertEqual(self.tenant.chance_hits,
                         sum(status != 200 for answers in found for status in answers))

    def test_expire_token(self):
        self.fault("expire_token", method="PATCH")
        self.assertEqual(self.client.ask("GET", self.one)[0], 200)
        self.assertEqual(self.client.ask("PATCH", self.one, PATCH_BODY)[0], 401)
        self.client.token = self.tenant.issue_token(*self.tenant.tokens.scopes)
        self.assertEqual(self.client.ask("PATCH", self.one, PATCH_BODY)[0], 200)

    def test_change_scopes(self):
        self.fault("change_scopes", at=2, scopes=["read:connections"])
        self.assertIn("options", self.client.json("connections/" + self.id))
        self.assertNotIn("options", self.client.json("connections/" + self.id))

    def test_token_lacks(self):
        self.fault("token_lacks", path="/oauth/token", scopes=["read:connections_options"])
        form = {"grant_type": "client_credentials", "client_id": self.tenant.client_id,
                "client_secret": self.tenant.secrets[0], "audience": self.tenant.audience}
        body = self.client.ask("POST", "/oauth/token", json.dumps(form))[1]
        answer = json.loads(body)
        self.assertNotIn("read:connections_options", answer["scope"])
        self.client.token = answer["access_token"]
        self.assertNotIn("options", self.client.json("connections/" + self.id))

    def test_edit(self):
        self.fault("edit", target=self.id, change={"by": '"another"'}, drop=["icon_url"])
        self.assertNotIn("by", self.client.json("connections/" + self.id)["options"])
        after = self.client.json("connections/" + self.id)["options"]
        self.assertEqual(after["by"], "another")
        self.assertNotIn("icon_url", after)


class Framing(FaultCase):
    """Heads and bodies in every dress. http.client reads the right ones."""

    def test_right_framings(self):
        for kind, how in (("chunked", {}), ("chunked", {"sizes": [1], "trailers": ""}),
                          ("content_length", {}), ("close_delimited", {}), ("casing", {}),
                          ("interim", {"status": 100, "count": 3})):
            self.fault(kind, **how)
            self.assertEqual(self.client.get("connections/" + self.id), (200, samples.google()),
                             kind)

    def test_chunks_as_they_are_written(self):
        self.fault("chunked", sizes=[2, 300], extension=";x", trailers="T: 1\r\n")
        answer = self.get_raw()[0]
        self.assertIn(b'\r\n\r\n2;x\r\n{"\r\n12c;x\r\n', answer)
        self.assertTrue(answer.endswith(b"\r\n0;x\r\nT: 1\r\n\r\n"))

    def test_interim(self):
        self.fault("interim", status=103, head="Link: </a>\r\n")
        self.assertTrue(self.get_raw()[0].startswith(
            b"HTTP/1.1 103 Interim\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\n"))

    def test_bodies_that_end_too_early(self):
        for size, seen in ((9, samples.google()[:9]), (-1, samples.google()[:-1]), (0, b"")):
            self.fault("cut_body", bytes=size)
            self.assertEqual(self.client.get("connections/" + self.id), (200, seen))
        self.fault("bad_chunk", bytes=9, size="x")
        self.assertTrue(self.get_raw()[0].endswith(b'\r\n\r\n9\r\n%s\r\nx\r\n'
                                                   % samples.google()[:9]))

    def test_gzipped(self):
        self.fault("gzipped")
        self.assertEqual(self.client.ask("GET", self.one)[2]["content-encoding"], "gzip")

    def test_no_content(self):
        self.fault("no_content", method="PATCH")
        self.assertEqual(self.client.ask("PATCH", self.one, PATCH_BODY)[:2], (204, b""))
        self.assertTrue(self.applied())

    def test_conflicting_lengths(self):
        size = len(samples.google())
        for style, seen in (("differ", 2), ("twice", 2), ("list", 1), ("with_chunked", 1),
                            ("negative", 1), ("plus", 1), ("hex", 1), ("overflow", 1),
                            ("word", 1)):
            self.fault("conflicting_lengths", style=style)
            answer, how = self.get_raw()
            self.assertEqual(answer.lower().count(b"\r\ncontent-length: "), seen, style)
            self.assertEqual((how, answer[-size:]), ("close", samples.google()))

    def test_heads(self):
        self.fault("oversize_head", bytes=50000)
        self.assertGreater(self.get_raw()[0].index(b"\r\n\r\n"), 50000)
        self.fault("extra_head", lines=" folded\r\n")
        self.assertIn(b"\r\n folded\r\n\r\n", self.get_raw()[0])
        self.fault("date", text="yesterday")
        self.fault("without_header", name="vary")
        headers = self.client.ask("GET", self.one)[2]
        self.assertEqual((headers["date"], headers["vary"]), ("yesterday", None))

    def test_raw_and_garbage(self):
        self.fault("raw", data=b"HTTP/1.1 20\r\n\r\n")
        self.assertEqual(self.get_raw(), (b"HTTP/1.1 20\r\n\r\n", "close"))
        self.fault("garbage")
        self.assertNotIn(b"HTTP", self.get_raw()[0])


class Documents(FaultCase):
    """Answers that are right HTTP and wrong JSON."""

    def document(self, kind, **how):
        """The body of a GET under that fault."""
        self.fault(kind, **how)
        status, body = self.client.get("connections/" + self.id)
        self.assertEqual(status, 200)
        return body

    def test_documents(self):
        self.assertIn(b"<html>", self.document("not_json"))
        self.assertEqual(self.document("body", data="[]"), b"[]")
        twice = self.document("duplicate_keys", key="options", value="{}")
        self.assertEqual(raw_json.keys(twice).count("options"), 2)
        self.assertNotIn("options", raw_json.keys(self.document("options_missing")))
        for value in ("[]", "null", '"text"'):
            changed = self.document("options_is", value=value)
            self.assertEqual(raw_json.get(changed, "options"), value.encode())
        self.assertIn(b'"strategy":7', self.document("member_is", value="7"))
        self.assertNotIn(b'"strategy"', self.document("without_member"))
        self.assertFalse(self.applied())

    def test_deep(self):
        body = self.document("deep", depth=65)
        depth = deepest = 0
        for byte in body:
            depth += (byte in b"{[") - (byte in b"}]")
            deepest = max(deepest, depth)
        self.assertEqual(deepest, 65)

    def cursors(self, count, **how):
        """The cursors of so many pages of a list, each page asked for with that of the last."""
        self.fault("endless", path="take", times=count, **how)
        found = []
        while len(found) < count:
            start = "&from=" + found[-1] if found else ""
            status, body = self.client.get("connections?take=10" + start)
            self.assertEqual((status, raw_json.get(body, "connections")), (200, b"[]"))
            found.append(raw_json.text(raw_json.get(body, "next")))
        return found

    def test_endless(self):
        self.assertEqual(self.cursors(3), ["1", "1", "1"])
        self.assertEqual(self.cursors(7, lead=2, length=2), ["1", "2", "3", "4", "3", "4", "3"])
        self.assertEqual(self.cursors(4, length=0), ["1", "2", "3", "4"])

    def test_huge(self):
        self.assertGreater(len(self.document("huge", bytes=300000)), 300000)


if __name__ == "__main__":
    unittest.main()
