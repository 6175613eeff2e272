"""tools/mutate: that a mutant in the build of all of them is the change that it says it is, that none is in
force without being asked for, and that those judged to be no change are still in the sources.

Each mutant of a small file is made a second time by putting its text into the source, and both programs have
to print the same.
"""

import collections
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(sys.argv.pop(1)) if len(sys.argv) > 1 else ROOT / "build/release"
sys.path.insert(0, str(ROOT / "tools"))

try:
    from mutants import lists, sites, tree
except ImportError as missing:
    print("skipped:", missing)
    sys.exit(77)

# Each form that is changed, and each that has to stay: labels, static data, sizes, designators.
SOURCE = r"""
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#define LIMIT 7
enum colour { RED, GREEN = 4, BLUE };
struct bits { unsigned low : 3; unsigned high : 5; };
static const int table[] = {LIMIT, 2, [3] = 4};
static int calls;
static bool tell(int value) { calls += value; return value > 2; }
static int pick(int value)
{
    switch (value) {
    case 1: calls++; break;
    case GREEN: return -value;
    default: return calls & 6;
    }
    return BLUE;
}
static const char *behind(const char *text) { return text != NULL ? text + 1 : NULL; }
int main(void)
{
    struct bits bits = {.low = 3, .high = 9};
    unsigned char bytes[LIMIT + 1] = {0};
    int sum = 0;
    static int kept = 5;
    for (int i = 0; i < 4 && sum <= LIMIT; i++) {
        if (i == 2) { continue; }
        sum += table[i] * 3 % 5;
        bytes[i] = (unsigned char)(sum << 1);
    }
    if (tell(sum) || !tell(1)) { sum -= 2; } else { sum = ~sum; }
    if (bits.low < bits.high) { memset(bytes, 'x', sizeof bytes - 5); }
    printf("%d %d %d %d %d %s\n", sum, calls, pick(sum), pick(1), kept + bytes[1], behind("ab"));
    return sum >= 100;
}
"""


OF_A_KIND = 2


def compiled(folder, name, text):
    source = folder / f"{name}.c"
    source.write_text(text)
    program = folder / name
    subprocess.run(["cc", "-std=gnu11", "-w", "-O0", "-I", folder, "-o", program, source], check=True)
    return program


def outcome(program, number=0):
    """What it prints and how it ends; one that does not end is one outcome too."""
    environment = dict(os.environ, CONNSYNC_MUTANT=str(number))
    try:
        done = subprocess.run([program], env=environment, capture_output=True, timeout=1, check=False)
    except subprocess.TimeoutExpired:
        return "endless"
    return ("crash",) if done.returncode < 0 else (done.returncode, done.stdout)


class Tool(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "small.c").write_text(SOURCE)
        self.file = sites.File(self.folder / "small.c", "small.c", ["-std=gnu11", "-w"], 1)
        self.mutated = self.file.render()

    def build_of_all(self):
        here = self.folder / "core/base"
        here.mkdir(parents=True)
        (here / "mutant.h").write_text((tree.HERE / "mutant.h").read_text())
        runtime = (tree.HERE / "mutant.c").read_text()
        return compiled(self.folder, "all", f"#define CS_MUTANTS 1000\n{runtime}\n{self.mutated}")

    def test_each_is_the_change_that_it_says(self):
        program = self.build_of_all()
        plain = outcome(compiled(self.folder, "plain", SOURCE))
        self.assertEqual(outcome(program), plain)
        kinds = collections.Counter()
        others = 0
        for mutant in self.file.mutants:
            kinds[mutant.kind] += 1
            if kinds[mutant.kind] > OF_A_KIND:
                continue
            after = f"({mutant.after})" if mutant.after else "(void)0"
            expected = outcome(compiled(self.folder, "one", SOURCE[:mutant.start] + after + SOURCE[mutant.end:]))
            with self.subTest(mutant=mutant):
                self.assertEqual(outcome(program, mutant.number), expected)
            others += expected != plain
        self.assertGreaterEqual(len(kinds), 17, kinds)
        self.assertGreater(others, 20)

    def test_numbers_mean_the_same_after_a_change_elsewhere(self):
        (self.folder / "small.c").write_text(SOURCE.replace("static int calls;", "\n\n/* calls */\nstatic int calls;"))
        moved = sites.File(self.folder / "small.c", "small.c", ["-std=gnu11", "-w"], 1)
        moved.render()
        self.assertEqual([one[2:6] for one in moved.mutants], [one[2:6] for one in self.file.mutants])


class Lists(unittest.TestCase):
    @unittest.skipUnless((BUILD / "compile_commands.json").exists(), "no list of commands")
    def test_judged_ones_are_in_the_sources(self):
        known = tree.arguments(BUILD, ROOT)
        self.assertEqual(lists.check(lambda names: tree.mutate(names, known)[0]), 0)


if __name__ == "__main__":
    unittest.main()
