"""The schemas of schemas/ against what the program writes and takes, and the line that sums up.

A published validator judges: what is written has to be valid and hold no member that its schema does
not describe, and what connsync refuses of a connsync.json the schema refuses too.
"""

import json
import os
import re
import subprocess
import sys
import unittest
from pathlib import Path

import cli
import json_schemas
from cli import CON, SETTING, Fault, connection
from fleet import ALL_OFF, FleetTest, entry
from json_schemas import jsonschema
from tenant import samples

ROOT = Path(os.environ.get("CONNSYNC_SOURCE_DIR") or Path(__file__).resolve().parents[2])
SCHEMAS = json_schemas.load(ROOT / "schemas")
COUNTS = ("seen", "unchanged", "changed", "would_change", "refused", "failed", "skipped", "unnamed",
          "unmatched", "requests")


def validator(name):
    return json_schemas.validator(SCHEMAS, name)


def described(schema):
    """The names of all members that a schema describes, at whatever depth."""
    found = set(schema.get("properties", ()))
    for value in schema.values():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                found |= described(one)
    return found


def names_in(value):
    """The names of all members in a value, but for those of `options`, which are the tenant's."""
    found = set()
    for name, inside in value.items() if isinstance(value, dict) else ():
        found |= {name} | (names_in(inside) if name != "options" else set())
    for inside in value if isinstance(value, list) else ():
        found |= names_in(inside)
    return found


class SummaryTest(FleetTest):
    """The last line of --json."""

    def summary(self, result, **wanted):
        """Each run has one, as the last line, with these counts and noughts."""
        last = result.json_lines[-1]
        self.assertEqual(len(result.json_lines), len(result.json) + 1, result.out)
        self.assertEqual(list(last), ["summary"])
        requests = last["summary"]["requests"]
        self.assertEqual(last["summary"], {**dict.fromkeys(COUNTS, 0), "code": "ok", **wanted,
                                           "requests": requests, "exit": result.code})
        return requests

    def test_plan_and_apply(self):
        tenant = self.many(3, [2])
        result = self.apply(tenant, "--json", command="plan")
        self.assertEqual(self.summary(result, seen=3, unchanged=2, would_change=1), 1)
        result = self.apply(tenant, "--json")
        self.assertEqual(self.summary(result, seen=3, unchanged=2, changed=1), 4)

    def test_entries(self):
        result = self.apply(self.many(3, [2]), "--json", document={"connections": [
            entry(name="conn-2"), entry(name="conn-9")]})
        self.assertEqual(result.code, 5)
        self.assertEqual(self.summary(result, seen=3, would_change=1, unnamed=2, unmatched=1), 1)

    def test_a_list_that_breaks_off(self):
        tenant = self.many(3, [2])
        tenant.faults.append(Fault("status", method="GET", status=400))
        result = self.apply(tenant, "--json")
        self.assertEqual(result.code, 1)
        self.summary(result, code="web_page")

    def test_list(self):
        tenant = self.many(3, [2])
        self.assertEqual(self.summary(self.run_cli(tenant, "list", "--json"), seen=3, unchanged=3),
                         1)
        tenant.faults.append(Fault("status", method="GET", status=400))
        result = self.run_cli(tenant, "list", "--json")
        self.assertEqual(result.code, 1)
        self.summary(result, code="web_page")

    def test_one_connection_has_one_line(self):
        tenant, con = self.one()
        for command in (("get", con), ("set", con, "off")):
            self.assertEqual(len(self.run_cli(tenant, *command, "--json").json_lines), 1)

    def test_version(self):
        found, = self.run_cli(None, "--version", "--json", verbose=False).json_lines
        self.assertEqual(list(found), ["version", "commit", "tls", "jsmn", "libc", "roots"])
        text = self.run_cli(None, "--version", verbose=False).out
        self.assertTrue(text.startswith("connsync " + found["version"]))
        self.assertIn(found["tls"], text)
        self.assertEqual(self.run_cli(None, "--json", "--version", verbose=False).json_lines, [found])


class DocumentTest(FleetTest):
    """`$schema` in a connsync.json."""

    def expect_same(self, text, schema):
        """With the member it is the same document, and a fault is at the same place."""
        document = text.replace("@", schema)
        tenant = self.many(2, [2])
        result = self.apply(tenant, command="plan", document=document.encode())
        self.expect(result, 2, "1 would change")

    def test_wherever_it_stands(self):
        rest = '"all": true, "%s": "on_first_login"' % SETTING
        for text in ('{@, %s}', '{ @ ,%s}', '{%s , @\n}', '{"all": true, @, %s}'):
            rest_here = rest.split(", ", 1)[1] if '"all"' in text else rest
            self.expect_same(text % rest_here, '"$schema" :\n "../schemas/connsync.schema.json"')

    def test_alone_it_is_no_document(self):
        result = self.apply(self.many(1, []), document=b'{"$schema":"x"}')
        self.assertEqual(result.code, 64)
        self.assertIn("connections", result.message)

    def test_only_as_one_string_of_the_document(self):
        for document in ({**ALL_OFF, "$schema": 1},
                         {"connections": [{**entry(name="conn-1"), "$schema": "x"}]}):
            result = self.apply(self.many(1, []), document=document)
            self.assertEqual(result.code, 64)
            self.assertIn("$schema", result.message)
        twice = b'{"$schema":"x","$schema":"y","all":true,"%s":"off"}' % SETTING.encode()
        self.assertEqual(self.apply(self.many(1, []), document=twice).code, 64)

    def test_a_board_is_given_blanks(self):
        text = (b'{"$schema": "connsync.schema.json", "domain": "a.example", "token": "MARKER",'
                b' "connections": [{"name": "x", "%s": "off"}]}' % SETTING.encode())
        self.more_secrets.append("MARKER")
        image = self.folder / "image"
        self.expect(self.run_cli(None, "flash-image", self.write(text), "-o", str(image),
                                 verbose=False), 0)
        schema = b'"$schema": "connsync.schema.json",'
        self.assertEqual(image.read_bytes()[16:], text.replace(schema, b" " * len(schema)))


@unittest.skipIf(jsonschema is None, "there is no python3-jsonschema; tools/setup --all installs it")
class SchemaTest(FleetTest):
    """What the program writes, and what it takes."""

    def valid(self, name, value):
        validator(name).validate(value)
        known = set().union(*map(described, SCHEMAS.values()))
        self.assertLessEqual(names_in(value), known, name)
        return value

    def valid_lines(self, result):
        self.assertGreater(len(result.json_lines), 0, result.err)
        return [self.valid("line", line) for line in result.json_lines]

    def test_schemas_are_schemas(self):
        self.assertGreater(len(SCHEMAS), 8)
        for name, schema in SCHEMAS.items():
            with self.subTest(name):
                jsonschema.Draft202012Validator.check_schema(schema)
                self.assertEqual(schema["$schema"], "https://json-schema.org/draft/2020-12/schema")

    def test_codes_are_those_of_the_sources(self):
        subprocess.run([sys.executable, ROOT / "tools/codes", "--check"], check=True)

    def test_lines_of_one_connection(self):
        tenant, con = self.one()
        patch = self.write({"scope": ["email"], "new": 1}, "patch.json")
        for command in (["get", con], ["set", con, "off", "--dry-run"], ["set", con, "off"],
                        ["set", "nobody", "off"], ["patch", con, patch, "--dry-run", "--changes"],
                        ["patch", con, patch, "--changes"]):
            self.valid_lines(self.run_cli(tenant, *command, "--json"))

    def test_lines_of_a_loss(self):
        tenant, con = self.one()
        tenant.behave(con, drop=("scope",), derive={"x": b"1"}, change={"n": b"2"})
        line, = self.valid_lines(self.run_cli(tenant, "set", con, "off", "--json", "--restore",
                                             "--changes"))
        self.assertLessEqual({"lost", "restored", "correlation_id"}, set(line))

    def test_lines_of_failures(self):
        for fault in (Fault("status", status=400), Fault("status", status=401), Fault("close_after")):
            tenant = self.many(3, [1])
            tenant.faults.append(fault)
            for command in ("apply", "plan"):
                self.valid_lines(self.apply(tenant, "--json", "--timeout", "2", command=command))

    def test_files_of_runs(self):
        tenant = self.many(3, [1, 3])
        tenant.add(connection("sms", "sms", number=9))
        plan, log = self.folder / "plan.json", "--log-format"
        result = self.apply(tenant, "--json", "--out", str(plan), log, "json", command="plan")
        self.valid_lines(result)
        for line in result.err.splitlines():
            self.valid("log", json.loads(line))
        written = self.valid("plan", json.loads(plan.read_text(encoding="utf-8")))
        self.assertEqual(len(written["connections"]), 2)
        backups = self.folder / "backups"
        backups.mkdir()
        self.valid_lines(self.apply(tenant, "--json", "--backup", str(backups)))
        files = sorted(backups.iterdir())
        self.assertEqual(len(files), 2)
        for file in files:
            self.valid("backup", json.loads(file.read_text(encoding="utf-8")))
        self.valid_lines(self.run_cli(tenant, "restore", str(files[0]), "--json"))

    def test_lines_of_samples(self):
        tenant = self.tenant(*samples.everything())
        self.valid_lines(self.run_cli(tenant, "list", "--json"))

    def test_lines_of_findings(self):
        """Where a connection looks damaged, where something forbids to look, and where nobody answers;
        faults of a file, and what stands in their place where it has none."""
        tenant = self.tenant(*samples.everything(), connection("hurt", "samlp", "off", options=b""))
        found = self.run_cli(tenant, "doctor", "--json").json_lines
        tenant.faults.append(Fault("status", status=403))
        found += self.run_cli(tenant, "doctor", "--json").json_lines
        tenant.close()
        found += self.run_cli(tenant, "doctor", "--json", "--timeout", "2").json_lines
        wrong = self.write({"all": 1, "nam": 2}, "wrong.json")
        found += self.run_cli(None, "validate", wrong, "--json", verbose=False).json_lines
        self.assertLessEqual({"damage", "connections", "clock"}, {line.get("check") for line in found})
        self.assertEqual(sum("line" in line for line in found), 2)
        for line in found:
            self.valid("finding" if {"check", "line"} & set(line) else "line", line)
        self.assertTrue(any("code" in line for line in found), "what ended the run")
        listing = self.folder / "listing"
        listing.write_text(self.run_cli(self.many(2, [1]), "list", "--json").out, encoding="utf-8")
        self.valid_lines(self.run_cli(None, "validate", self.write(ALL_OFF), "--listing",
                                      str(listing), "--json", verbose=False))

    def test_imported(self):
        imported = self.run_cli(self.many(2, [2]), "import", verbose=False)
        self.valid("connsync", json.loads(imported.out))

    def test_version(self):
        self.valid("version", self.run_cli(None, "--version", "--json",
                                           verbose=False).json_lines[0])

    def test_status_files(self):
        tenant = self.many(1, [])
        path = self.folder / "status.json"
        process = self.start(tenant, "watch", self.write(ALL_OFF), "--status-file", str(path),
                             "--json", verbose=False)
        line = process.stdout.readline()
        while b"summary" not in line:
            self.assertNotEqual(line, b"")
            line = process.stdout.readline()
        self.valid("line", json.loads(line))
        process.terminate()
        self.finish(process)
        self.valid("status", json.loads(path.read_text(encoding="utf-8")))
        for name in (str(path), "nowhere"):
            found, = self.run_cli(None, "watch-status", name, "--json", verbose=False).json_lines
            self.valid("watch-status", found)

    def test_documents(self):
        """What docs/configuration.md and deploy/ show, but for what a message follows."""
        shown = [json.loads((ROOT / "deploy/connsync.json").read_text(encoding="utf-8"))]
        text = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
        blocks = re.findall(r"^```json\n(.*?)^```\n\n(```)?", text, re.M | re.S)
        shown += [json.loads(block) for block, message in blocks if not message]
        self.assertGreater(len(shown), 2)
        for document in shown:
            self.valid("connsync", {"$schema": "connsync.schema.json", **document})

    def test_what_is_refused(self):
        good = {"domain": "a.example", "connections": [entry(name="x")]}
        self.valid("connsync", good)
        for members in ({"domian": "x"}, {"domain": ""}, {"token": "a b"}, {"every": "1w"},
                        {"connections": []}, {"connections": [entry("first", name="x")]},
                        {"connections": [entry(name="x", id="con_1")]},
                        {"connections": [entry(name="con_1")]}, {"connections": [{"name": "x"}]},
                        {"except": ["x"]}, {SETTING: "off"}, {"all": True},
                        {"token": "x", "client_id": "y"}, {"all": 1}):
            document = {**good, **members}
            with self.subTest(members):
                with self.assertRaises(jsonschema.ValidationError):
                    validator("connsync").validate(document)
                result = self.run_cli(None, "plan", self.write(document), verbose=False)
                self.assertEqual(result.code, 64)


if __name__ == "__main__":
    cli.main()
