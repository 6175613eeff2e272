"""Breaks each rule of the house once, in a folder of its own, and sees that the checks
say so.

    test_rules.py C_COMPILER NM
"""

import pathlib
import subprocess
import sys
import tempfile
import unittest

import call_circles
import hardening
import index_rules
import name_rules
import object_rules
import source_rules
import word_rules

COMPILER, NM, READELF = sys.argv[1:4]


class SourceRules(unittest.TestCase):
    """Each case is a tree of files and a part of the complaint it must draw."""

    def faults_of(self, files, head="/* Says what it is for. */ "):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, text in files.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(head.rstrip() + "\n" + text if text.startswith("#")
                                         else head + text)
            return source_rules.find_faults(root)[0]

    def assert_fault(self, files, words, **more):
        faults = self.faults_of(files, **more)
        self.assertEqual(len(faults), 1, faults)
        self.assertIn(words, faults[0])

    def test_a_good_tree_has_no_faults(self):
        self.assertEqual(self.faults_of({
            "core/base/text.h": "#include <stddef.h>\n",
            "core/base/text.c": '#include "core/base/text.h"\n#include <string.h>\n/* free() */\n',
            "core/tls/mbedtls/session.c": '#include <mbedtls/ssl.h>\n#include "port/connsync_port.h"\n',
            "port/connsync_port.h": "#include <stdint.h>\n",
            "core/connsync.h": "#include <stdbool.h>\n",
            "platform/posix/cli/job/x.c": '#include "connsync.h"\n#include <stdlib.h>\n',
            "boards/common/start.c": '#include "device.h"\n',
            "boards/one/device.h": '#include "boards/common/common.h"\n',
            "boards/common/common.h": "",
        }), [])

    def test_system_header_in_core(self):
        self.assert_fault({"core/base/text.c": "int x;\n#include <stdio.h>\n"},
                          "core/base/text.c:2: core/ must not include stdio.h")

    def test_conversion_that_static_programs_lack(self):
        for text in ("%.1f", "%5.2e of %%", "%Lg", "%+d", "%p"):
            self.assert_fault({"platform/posix/cli/a.c": 'int x;\nlog("%%d: %s");' % text},
                              "platform/posix/cli/a.c:2: %")
        self.assertEqual(self.faults_of({"platform/posix/cli/a.c":
                                         'log("%-*.3s %lld %02x %zu 5%% %3A", "%c");'}), [])

    def test_library_in_the_wrong_folder(self):
        self.assert_fault({"core/agent/agent.c": "#include <mbedtls/ssl.h>\n"},
                          "only core/tls/mbedtls/ may include mbedtls/ssl.h")
        self.assert_fault({"core/tls/tls.h": "#include <mbedtls/ssl.h>\n"},
                          "only core/tls/mbedtls/ may include mbedtls/ssl.h")
        self.assert_fault({"core/tls/tls.c": "#include <jsmn.h>\n"}, "only core/json/ may include")
        self.assert_fault({"config/x.c": "int f(void)\n{ return psa_crypto_init(); }\n"},
                          "config/x.c:2: only core/tls/mbedtls/ may name mbedTLS: psa_crypto_init")
        self.assertEqual(self.faults_of({"config/x.c": '/* mbedtls_free() */ f("psa_none");\n'}), [])

    def test_platform_header_in_core(self):
        for name in ("platform/posix/network/posix_port.h", "posix_port.h"):
            self.assert_fault({"core/tls/tls.c": f'#include "{name}"\n',
                               "platform/posix/network/posix_port.h": ""},
                              "core/tls/ must not include platform/posix/network/posix_port.h")

    def test_arrow_upwards_between_folders(self):
        self.assert_fault({"core/json/json.c": '#include "core/agent/agent.h"\n',
                           "core/agent/agent.h": ""},
                          "core/json/ must not include core/agent/agent.h")
        self.assert_fault({"core/connsync.h": '#include "core/auth0/pace.h"\n',
                           "core/auth0/pace.h": ""}, "core/ must not include core/auth0/pace.h")
        self.assert_fault({"boards/one/board.c": '#include "boards/two/device.h"\n',
                           "boards/two/device.h": ""},
                          "boards/one/ must not include boards/two/device.h")

    def test_folder_without_a_row(self):
        self.assert_fault({"core/more/x.c": ""}, "core/more/ has no row in MAY_INCLUDE")

    def test_table_with_a_circle(self):
        self.assertEqual(list(source_rules.table_faults(source_rules.MAY_INCLUDE)), [])
        faults = list(source_rules.table_faults({"a": (), "b": ("a", "c"), "c": ("b",)}))
        self.assertEqual(len(faults), 1, faults)
        self.assertIn("b names c", faults[0])

    def test_circle_of_folders(self):
        faults = self.faults_of({"core/base/a.h": '#include "core/json/b.h"\n',
                                 "core/json/b.h": "", "core/json/c.h": '#include "core/base/d.h"\n',
                                 "core/base/d.h": ""})
        self.assertIn("folders include each other in a circle: core/base, core/json", faults)

    def test_core_header_in_port(self):
        self.assert_fault({"port/mbedtls/world.c": '#include "core/base/text.h"\n',
                           "core/base/text.h": ""},
                          "port/mbedtls/ must not include core/base/text.h")

    def test_circle_of_headers(self):
        self.assert_fault({"core/base/a.h": '#include "core/base/b.h"\n',
                           "core/base/b.h": '#include "core/base/c.h"\n',
                           "core/base/c.h": '#include "core/base/a.h"\n',
                           "core/base/d.h": '#include "core/base/a.h"\n'},
                          "core/base/a.h, core/base/b.h, core/base/c.h")

    def test_conditional_directives(self):
        brackets = "#ifndef CONNSYNC_CORE_X_H\n#ifdef __cplusplus\n#else\n#endif\n#endif\n"
        condition = "#if A\n#else\n#endif\n"
        most = condition * source_rules.DIRECTIVES_MAX
        self.assertEqual(self.faults_of({"core/base/x.h": brackets + most}), [])
        self.assert_fault({"core/base/x.h": most, "core/json/y.c": "#ifdef B\n#endif\n"},
                          "core/ has 6 conditional directives, 5 are allowed")
        self.assert_fault({"core/base/x.h": most[:-7] + "#elif B\n#endif\n"}, "core/ has 6")

    def test_folder_with_too_many_files(self):
        files = {f"config/{number}.c": "" for number in range(source_rules.FILES_MAX)}
        self.assertEqual(self.faults_of(files), [])
        self.assert_fault({**files, "config/more.c": ""}, "config/ has 17 .c files")

    def test_file_without_a_purpose(self):
        for head in ("", "/* x.c */ ", "int x; /* Says what it is for, too late. */ "):
            self.assert_fault({"config/x.c": "int y;\n"}, "config/x.c:1: the file does not begin",
                              head=head)

    def test_test_or_script_without_a_purpose(self):
        with_purpose = {"tests/a.c": "// Says what it is for.\n", "tests/b.py": '"""What is it for?"""',
                        "tools/c": "#!/bin/sh\n# Says what it\n# is for.\n", "tests/seeds/x.bin": "x",
                        "cmake/d.cmake": "# Says what it is for.\n"}
        self.assertEqual(self.faults_of(with_purpose, head=""), [])
        for name, text in {"tests/a.c": "int x;\n", "tests/b.py": "import re\n# Says what it is for.",
                           "tools/c": "#!/bin/sh\n# c\nls\n", "CMakeLists.txt": "project(x y z)\n",
                           "cmake/d.cmake": "if(x)\n"}.items():
            self.assert_fault({name: text}, f"{name}:1: the file does not begin", head="")

    def test_prefix_of_what_is_not_installed(self):
        header = ('extern "C" {\nstruct connsync_job {\n    struct connsync_odd *x;\n};\n'
                  "enum connsync_status {\n    CONNSYNC_OK = 0,\n    CONNSYNC_ITEM\n};\n"
                  "int connsync_step(struct connsync_hidden *x);\nextern const int connsync_table[];\n"
                  "#define CONNSYNC_SIZE 3\n}\n")
        ours = ("int connsync_step(struct connsync_hidden *x)\n{\n    return connsync_odd(CONNSYNC_ODD);\n}\n"
                "struct connsync_hidden {\n    int x;\n};\nconst int connsync_table[] = {CONNSYNC_OK};\n")
        files = {"core/connsync.h": header, "core/base/x.c": ours}
        self.assertEqual(self.faults_of(files), [])
        for text, name in (("int connsync_more(void);", "connsync_more"),
                           ("int *\nconnsync_more(int a,\n int b)\n{\n}", "connsync_more"),
                           ("enum connsync_more {\n    CS_A\n};", "connsync_more"),
                           ("enum {\n    CONNSYNC_MORE\n};", "CONNSYNC_MORE"),
                           ("extern int connsync_more;", "connsync_more"),
                           ("int x;\n#define CONNSYNC_MORE 3", "CONNSYNC_MORE")):
            self.assert_fault({**files, "config/x.h": text}, f"{name} is in no installed header")
        self.assertEqual(self.faults_of({"config/x.h": "int x;\n#ifndef CONNSYNC_X_H\n#define CONNSYNC_X_H\n"
                                         "#ifndef CONNSYNC_SET\n#define CONNSYNC_SET 3\n"}), [])

    def test_prefix_of_what_is_installed(self):
        for text in ("int cs_more(void);", "struct cs_more {\n    int x;\n};", "enum {\n    CS_MORE = 3\n};",
                     "int x;\n#define CS_MORE 3"):
            self.assert_fault({"port/connsync_port.h": text}, "is public and does not begin with")
        self.assertEqual(self.faults_of({"port/connsync_port.h": "int connsync_more(void);"}), [])

    def test_heap_call(self):
        self.assert_fault({"core/base/text.c": "/* malloc()\n */\nvoid *p = malloc (3);\n"},
                          "core/base/text.c:3: core/ must not call malloc()")
        self.assert_fault({"port/x.c": "free(p);\n"}, "port/ must not call free()")

    def test_unfinished_work(self):
        self.assert_fault({"platform/lwip/x.c": "/* TO" "DO: later */\n"}, "is left")


class CallCircles(unittest.TestCase):
    """Each case is a few files, compiled where a build would put their objects."""

    def circles_of(self, files):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, text in files.items():
                source, target = root / name, root / "build" / "x.dir" / f"{name}.o"
                for path in (source, target):
                    path.parent.mkdir(parents=True, exist_ok=True)
                source.write_text(text)
                subprocess.run([COMPILER, "-O0", "-w", "-c", "-o", target, source], check=True)
            objects = call_circles.objects_of(root, [root / "build"])
            self.assertEqual(sorted(objects.values()), sorted(files))
            arrows = call_circles.arrows_of(call_circles.read_symbols(NM, sorted(objects)), objects)
            circles = call_circles.find_circles(arrows)
            return circles, ["\n".join(call_circles.describe(each, arrows)) for each in circles]

    def test_a_circle_is_found_and_named(self):
        circles, words = self.circles_of({
            "core/a.c": "void b(void); void a(void) { b(); }\n",
            "config/b.c": "extern int c[]; void b(void) { c[0]++; }\n",
            "platform/c.c": "void a(void); int c[3]; void (*table[])(void) = {a};\n",
            "boards/d.c": "void a(void); void d(void) { a(); }\n"})
        self.assertEqual(circles, [["config/b.c", "core/a.c", "platform/c.c"]])
        self.assertIn("config/b.c -> platform/c.c: c\n", words[0])
        self.assertIn("platform/c.c -> core/a.c: a", words[0])

    def test_two_circles_are_two(self):
        circles, _ = self.circles_of({
            "core/a.c": "void b(void); void a(void) { b(); }\n",
            "core/b.c": "void a(void); void b(void) { a(); }\n",
            "core/c.c": "void a(void); void d(void); void c(void) { a(); d(); }\n",
            "core/d.c": "void c(void); void d(void) { c(); }\n"})
        self.assertEqual(circles, [["core/a.c", "core/b.c"], ["core/c.c", "core/d.c"]])

    def test_static_functions_named_alike_are_no_circle(self):
        circles, _ = self.circles_of({
            "core/a.c": "void b(void); static void kept(void) { } void a(void) { kept(); b(); }\n",
            "core/b.c": "static void kept(void) { } void b(void) { kept(); }\n"})
        self.assertEqual(circles, [])

    def test_objects_of_others_are_left_out(self):
        root = pathlib.Path(__file__).resolve().parents[2]
        self.assertIsNone(call_circles.source_of("x.dir/lwip-2.2.1/src/core/base/status.c.obj", root))
        self.assertIsNone(call_circles.source_of("x.dir/core/no_such_file.c.o", root))
        for path in ("y/x.dir/__/__/core/base/status.c.o", "x.dir/./core/base/status.c.obj"):
            self.assertEqual(call_circles.source_of(path, root), "core/base/status.c")


class IndexRules(unittest.TestCase):
    """Each case is a row of docs/design.md's index, and a part of the complaint it must draw."""

    FILE = ("/* cs_gone() was here */\n#define CS_LIMIT 3\nint cs_other(void);\n"
            "static enum status\n    *cs_two_lines(int a,\n                  int b)\n{\n    cs_called();\n}\n"
            "struct cs_kind {\n    int x;\n};\nconst char *cs_f(void)\n{\n}\n")

    def faults_of(self, *rows, least=0):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "docs").mkdir()
            (root / "core").mkdir()
            (root / "core" / "a.c").write_text(self.FILE)
            (root / "docs" / "design.md").write_text("\n".join(
                ["x", index_rules.BEGIN, "| question | where |", "|---|---|", *rows,
                 index_rules.END, "y"]))
            faults = index_rules.find_faults(root)[0]
        return [fault for fault in faults if least or "questions, " not in fault]

    @staticmethod
    def row(name, file="core/a.c"):
        return f"| Where is it? | [{file}](../{file}) `{name}` |"

    def test_what_is_defined_is_found(self):
        self.assertEqual(self.faults_of(*map(self.row, ("cs_f", "CS_LIMIT", "cs_kind"))), [])

    def test_what_is_not_defined_is_a_fault(self):
        for name in ("cs_gone", "cs_other", "cs_called", "cs_"):
            self.assertIn(f"core/a.c does not define {name}", self.faults_of(self.row(name))[0])

    def test_a_file_that_is_not_there_is_a_fault(self):
        self.assertIn("there is no core/b.c", self.faults_of(self.row("cs_f", "core/b.c"))[0])

    def test_a_row_that_nothing_can_be_read_of_is_a_fault(self):
        for row in ("| Where? | core/a.c |", "| Where | [core/a.c](../core/a.c) `cs_f` |", "Where?",
                    self.row("cs_f").replace("`cs_f`", "`cs_f` and more")):
            self.assertIn("not a question and its places", self.faults_of(row)[0])
        self.assertIn("leads to", self.faults_of(self.row("cs_f").replace("[core/a.c", "[core/c.c"))[0])

    def test_a_short_index_is_a_fault(self):
        self.assertEqual(len(self.faults_of(self.row("cs_f"), least=1)), 1)


class NameRules(unittest.TestCase):
    """Each case is a table of names, what there is, and a part of the complaint."""

    THERE = {"a", "b", "tests/x.c: test_f"}

    def faults_of(self, *rows, kind="release", listed=()):
        text = "\n".join([name_rules.BEGIN, *name_rules.HEAD, *rows, name_rules.END])
        rows = list(name_rules.read_rows(text))
        faults = name_rules.table_faults(rows, self.THERE, kind)
        return [fault for fault in (*faults, *name_rules.list_faults(listed, rows, self.THERE))
                if not fault.startswith("the table has")]

    def test_what_is_there_or_explained_is_no_fault(self):
        self.assertEqual(self.faults_of(
            "| `a`, `b` | the same | both | |", "| `old` | `a` | both | a word |",
            "| `gone` | none | both | nothing does that |", "| `far` | the same | dev | |",
            "| `tests/y.c: test_e` | `tests/x.c: test_f` | dev | moved |",
            listed=["a", "old", "gone", "tests/x.c: test_f", "tests/y.c: test_e"]), [])

    def test_a_name_that_is_not_there(self):
        for row in ("| `c` | the same | both | |", "| `old` | `c` | release | a word |",
                    "| `old` | `tests/x.c: test_g` | dev | moved |"):
            self.assertIn(" is not there", self.faults_of(row)[0])
        self.assertIn("far is not there", self.faults_of("| `far` | the same | dev | |", kind="dev")[0])

    def test_a_row_that_says_too_little(self):
        for row, words in (("| `old` | `a` | both | |", "no reason"),
                           ("| `a` | none | both | a word |", "said to be gone"),
                           ("| `old` | | both | a word |", "not names"),
                           ("| `a` | the same | all | |", "not names")):
            self.assertIn(words, "\n".join(self.faults_of(row)))
        self.assertIn("two rows", self.faults_of(*["| `a` | the same | both | |"] * 2)[0])

    def test_a_list_of_before(self):
        self.assertEqual(self.faults_of("| `a` | the same | both | |",
                                        listed=["a", "b", "tests/x.c: test_e"]),
                         ["b was there, and has no row",
                          "tests/x.c: test_e was there, and has no row"])

    def test_a_row_that_is_left_out(self):
        self.assertIn("the table has 0 tests", next(name_rules.table_faults([], set(), "dev")))

    def test_functions_are_found(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "tests").mkdir()
            (root / "tests" / "x.c").write_text("a(cmocka_unit_test(test_f), "
                                                "cmocka_unit_test_setup(test_g, s))")
            (root / "tests" / "y.py").write_text("class A:\n    def test_h(self):\n")
            self.assertEqual(list(name_rules.functions_in(root)), [
                "tests/x.c: test_f", "tests/x.c: test_g", "tests/y.py: A.test_h"])


class WordRules(unittest.TestCase):
    """Each case is a text. A tilde keeps this file from breaking the rule itself."""

    POOR = ("how a li~fe ends", "a text in si~ght", "it has a lo~ok at it", "an answer that will d~o",
            "serves a docu~ment of 10 KB", "the memory is given u~p", "are of no acc~ount",
            "must be come b~y", "neither ta~kes nor gives a byte", "the key is made an~ew",
            "dates are reda~ted", "What is want~ed is sent", "hang_u~p(phy)", "phy_hang_u~p()",
            "the ro~oms of core", "is none of this fi~le's business", "return MOVED_~ON;",
            "a rea~ding settles it", "it was decl~ined", "cs_write_fo~rm(&w, x)")
    GOOD = ("a lifetime; the lifecycle", "a look-up; it looks at it", "will done", "serves 3 documents",
            "is on the way up", "by itself", "begins anew", "the wanted state", "SIGHUP, a hangup",
            "room for 3; head~room", "none of its entries", "the reading of a file", "was rejected",
            "cs_write(&w)", '"the service decl~ined the request"', "the code proxy_decl~ined")

    def faults_of(self, text, name="docs/x.md"):
        return list(word_rules.faults_of(name, text.replace("~", "")))

    def test_poor_words_are_found(self):
        for text in self.POOR:
            self.assertEqual(len(self.faults_of(text)), 1, text)
        for pattern, better in word_rules.RULES:
            self.assertTrue(any(pattern.search(text.replace("~", "")) for text in self.POOR), better)

    def test_good_words_are_none(self):
        for text in self.GOOD:
            self.assertEqual(self.faults_of(text), [], text)

    def test_words_in_two_lines(self):
        for text in ("/* is given\n * u~p */", "# is given\n# u~p", "given\nu~p"):
            self.assertIn("docs/x.md:1: given" + " up: ", self.faults_of(text)[0])
        self.assertIn("docs/x.md:3: ", self.faults_of("a\n\ngiven u~p")[0])

    def test_exceptions_are_for_their_files(self):
        text = "def test_a_decl~ine_for_another_reason(self):"
        self.assertEqual(self.faults_of(text, "tests/wire/test_x.py"), [])
        self.assertEqual(len(self.faults_of(text)), 1)

    def test_all_texts_are_read(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name in ("a.md", "b/c", "b/.d.py", ".ci/run", ".git/x", "build/y.md", "b/seeds/z"):
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text("x")
            (root / "b" / "bytes").write_bytes(b"\xff\xfe\0")
            self.assertEqual(sorted(name for name, _ in word_rules.texts_of(root)),
                             [".ci/run", "a.md", "b/.d.py", "b/c"])


class Hardening(unittest.TestCase):
    """Each program is linked without one of the things that are promised."""

    GOOD = ("-O2", "-fPIE", "-pie", "-fstack-protector-strong", "-U_FORTIFY_SOURCE",
            "-D_FORTIFY_SOURCE=2", "-Wl,-z,relro,-z,now,-z,noexecstack")
    TEXT = ("#include <string.h>\n#include <stdio.h>\n"
            "int main(int c, char **v) { char o[16]; strcpy(o, v[c - 1]); return puts(o); }\n")

    def faults_of(self, *options):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "case"
            subprocess.run([COMPILER, "-w", *self.GOOD, *options, "-x", "c", "-o", path, "-"],
                           input=self.TEXT, text=True, check=True)
            return hardening.faults_of(READELF, str(path), ("guards", "checked"))

    def test_all_kept(self):
        self.assertEqual(self.faults_of(), [])

    def test_each_left_out(self):
        for options, fault in (
                (("-fno-pie", "-no-pie"), "it is no PIE"),
                (("-Wl,-z,execstack",), "its stack is executable"),
                (("-Wl,-z,lazy",), "it has no full RELRO"),
                (("-Wl,-z,norelro",), "it has no full RELRO"),
                (("-fno-stack-protector",), "no function checks a guard"),
                (("-U_FORTIFY_SOURCE",), "no checked function is called")):
            with self.subTest(options):
                self.assertEqual(self.faults_of(*options), [fault])


class ObjectRules(unittest.TestCase):
    """Each case is compiled, and its object judged as if it lay in core/ or port/."""

    def faults_of(self, text, module="core/case.c"):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "case.o"
            subprocess.run([COMPILER, "-std=c11", "-O1", "-x", "c", "-c", "-o", path, "-"],
                           input=text, text=True, check=True)
            symbols = list(object_rules.read_symbols(NM, str(path)))
        return list(object_rules.object_faults(module, symbols))

    def assert_fault(self, text, words, module="core/case.c"):
        faults = self.faults_of(text, module)
        self.assertEqual(len(faults), 1, faults)
        self.assertIn(words, faults[0])

    def test_a_good_object_has_no_faults(self):
        self.assertEqual(self.faults_of(
            "#include <string.h>\n"
            "int cs_other(const char *);\n"
            "static const char *const names[] = {\"a\", \"b\"};\n"
            "int cs_f(int i, char *o, unsigned long n)\n"
            "{ memmove(o, names[i], n); return cs_other(o); }\n"), [])

    def test_heap(self):
        text = "void *malloc(unsigned long); void *cs_f(void) { return malloc(3); }\n"
        self.assert_fault(text, "core/case.c refers to malloc()")
        self.assert_fault(text, "port/case.c refers to malloc()", "port/case.c")

    def test_function_of_the_system(self):
        text = "long time(long *); long cs_f(void) { return time(0); }\n"
        self.assert_fault(text, "refers to time")
        self.assertEqual(self.faults_of(text, "port/case.c"), [])

    def test_writable_data(self):
        self.assert_fault("int cs_a = 1;\n", "writable static data: cs_a in .data")
        self.assert_fault("int cs_f(void) { static int calls; return ++calls; }\n",
                          "writable static data: calls")
        self.assert_fault("_Thread_local int cs_t;\n", "cs_t in .tbss")

    def test_names_of_modules(self):
        self.assertEqual(object_rules.module_of("x.dir/core/json/json.c.o"), "core/json/json.c")
        self.assertEqual(object_rules.module_of("/b/port/mbedtls/world.c.obj"),
                         "port/mbedtls/world.c")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
