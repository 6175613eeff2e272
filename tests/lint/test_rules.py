"""Breaks each rule of the house once, in a folder of its own, and sees that the checks
say so.

    test_rules.py C_COMPILER NM
"""

import pathlib
import subprocess
import sys
import tempfile
import unittest

import object_rules
import source_rules

COMPILER, NM = sys.argv[1:3]


class SourceRules(unittest.TestCase):
    """Each case is a tree of files and a part of the complaint it must draw."""

    def faults_of(self, files):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, text in files.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text)
            return source_rules.find_faults(root)[0]

    def assert_fault(self, files, words):
        faults = self.faults_of(files)
        self.assertEqual(len(faults), 1, faults)
        self.assertIn(words, faults[0])

    def test_a_good_tree_has_no_faults(self):
        self.assertEqual(self.faults_of({
            "core/base/text.h": "#include <stddef.h>\n",
            "core/base/text.c": '#include "core/base/text.h"\n#include <string.h>\n/* free() */\n',
            "core/tls/tls.c": '#include <mbedtls/ssl.h>\n#include "port/connsync_port.h"\n',
            "port/connsync_port.h": "#include <stdint.h>\n",
            "platform/posix/main.c": '#include "connsync.h"\n#include <stdlib.h>\n',
        }), [])

    def test_system_header_in_core(self):
        self.assert_fault({"core/base/text.c": "int x;\n#include <stdio.h>\n"},
                          "core/base/text.c:2: core/ must not include stdio.h")

    def test_conversion_that_static_programs_lack(self):
        for text in ("%.1f", "%5.2e of %%", "%Lg", "%+d", "%p"):
            self.assert_fault({"platform/posix/a.c": 'int x;\nlog("%%d: %s");' % text},
                              "platform/posix/a.c:2: %")
        self.assertEqual(self.faults_of({"platform/posix/a.c":
                                         'log("%-*.3s %lld %02x %zu 5%% %3A", "%c");'}), [])

    def test_library_in_the_wrong_room(self):
        self.assert_fault({"core/agent/agent.c": "#include <mbedtls/ssl.h>\n"}, "only core/tls*")
        self.assert_fault({"core/tls/tls.c": "#include <jsmn.h>\n"}, "only core/json*")

    def test_platform_header_in_core(self):
        self.assert_fault({"core/tls/tls.c": '#include "platform/posix/network/posix_port.h"\n',
                           "platform/posix/network/posix_port.h": ""},
                          "core/ must not include platform/posix/network/posix_port.h")

    def test_platform_header_in_core_by_its_short_name(self):
        self.assert_fault({"core/tls/tls.c": '#include "posix_port.h"\n',
                           "platform/posix/network/posix_port.h": ""},
                          "core/ must not include platform/posix/network/posix_port.h")

    def test_core_header_in_port(self):
        self.assert_fault({"port/mbedtls/world.c": '#include "core/base/text.h"\n',
                           "core/base/text.h": ""},
                          "port/ must not include core/base/text.h")

    def test_circle_of_headers(self):
        self.assert_fault({"core/a.h": '#include "core/b.h"\n',
                           "core/b.h": '#include "core/c.h"\n',
                           "core/c.h": '#include "core/a.h"\n',
                           "core/d.h": '#include "core/a.h"\n'},
                          "core/a.h -> core/b.h -> core/c.h -> core/a.h")

    def test_heap_call(self):
        self.assert_fault({"core/base/text.c": "/* malloc()\n */\nvoid *p = malloc (3);\n"},
                          "core/base/text.c:3: core/ must not call malloc()")
        self.assert_fault({"port/x.c": "free(p);\n"}, "port/ must not call free()")

    def test_unfinished_work(self):
        self.assert_fault({"platform/posix/x.c": "/* TO" "DO: later */\n"}, "is left")


class ObjectRules(unittest.TestCase):
    """Each case is compiled, and its object judged as if it lay in core/ or port/."""

    def faults_of(self, text, room="core/case.c"):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "case.o"
            subprocess.run([COMPILER, "-std=c11", "-O1", "-x", "c", "-c", "-o", path, "-"],
                           input=text, text=True, check=True)
            symbols = list(object_rules.read_symbols(NM, str(path)))
        return list(object_rules.object_faults(room, symbols))

    def assert_fault(self, text, words, room="core/case.c"):
        faults = self.faults_of(text, room)
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

    def test_names_of_rooms(self):
        self.assertEqual(object_rules.room_of("x.dir/core/json/json.c.o"), "core/json/json.c")
        self.assertEqual(object_rules.room_of("/b/port/mbedtls/world.c.obj"),
                         "port/mbedtls/world.c")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
