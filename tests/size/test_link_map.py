"""What lays bytes to folders: a piece that moves is found again, and one that cannot be
attributed is refused rather than lost.

    test_link_map.py
"""

import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve()
sys.path.append(str(HERE.parents[2] / "tools"))
import core_size  # noqa: E402
import link_map  # noqa: E402

HEAD = "Discarded input sections\n\n .text.gone  0x00000000  0x999 x.o\n\nLinker script and memory map\n\n"
MAP = HEAD + """.text           0x00000000       0x60
 *(.vectors)
 .vectors       0x00000000       0x10 libconnsync_board.a(start.c.obj)
 .text.cs_json  0x00000010       0x10 libconnsync_core.a(json.c.obj)
                0x00000010                cs_json
 .text.cs_a_name_that_is_too_long_for_its_line
                0x00000020        0x8 libconnsync_core.a(merge.c.obj)
 *fill*         0x00000028        0x8 
 .text.plain    0x00000030        0x4 CMakeFiles/connsync_firmware.dir/config/sentence.c.obj
 .rodata.str1.1
                0x00000034       0x30 libconnsync_core.a(json.c.obj)
                                 0x34 (size before relaxing)
 .rodata.str1.1
                0x0000003c        0x4 libconnsync_core.a(agent.c.obj)
 .text.zero     0x00000040        0x0 libconnsync_core.a(agent.c.obj)
 .text.strlen   0x00000040       0x20 /usr/lib/libc_nano.a(strlen.o)

.bss            0x20000000        0x8
 .bss.kept      0x20000000        0x8 libconnsync_core.a(agent.c.obj)

.comment        0x00000000       0x40
 .comment       0x00000000       0x40 libconnsync_core.a(agent.c.obj)
"""
OBJECTS = ("connsync_core.dir/core/json/json.c.obj", "connsync_core.dir/core/json/deep/merge.c.obj",
           "connsync_core.dir/core/agent/agent.c.obj", "connsync_board.dir/boards/common/start.c.obj")


class LinkMapTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.build = Path(folder.name)
        for name in OBJECTS:
            self.add(name)

    def add(self, name):
        path = self.build / "CMakeFiles" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        return path

    def sizes(self, text=MAP):
        return core_size.read_map(text, link_map.Sources(self.build))

    def test_pieces_are_laid_to_their_sources(self):
        sizes = {source: dict(row) for source, row in self.sizes().items()}
        self.assertEqual(sizes, {
            "core/json/json.c": {"code": 0x10, "constants": 8},
            "core/json/deep/merge.c": {"code": 8},
            "config/sentence.c": {"code": 4},
            "core/agent/agent.c": {"constants": 4, "bss": 8}})

    def test_folders_have_all_below_them(self):
        folders = core_size.by_folder(self.sizes())
        self.assertEqual(folders["core"]["code"], 0x18)
        self.assertEqual(folders["core/json"]["code"], 0x18)
        self.assertEqual(folders["core/json/deep"]["code"], 8)
        self.assertEqual(folders["config"]["code"], 4)

    def test_all_pieces_of_the_image_are_read(self):
        pieces = list(link_map.read_pieces(MAP))
        self.assertEqual(sum(piece.size for piece in pieces if piece.output == ".text"), 0x60)
        self.assertNotIn(".comment", {piece.output for piece in pieces})

    def test_writable_data_is_a_fault(self):
        faults = list(core_size.report(self.sizes()))
        self.assertEqual(faults, ["core/agent/agent.c has writable static data"])

    def test_too_much_is_a_fault(self):
        large = MAP.replace("0x00000040       0x20 /usr/lib/libc_nano.a(strlen.o)",
                            "0x00000040     0x8000 libconnsync_core.a(agent.c.obj)")
        self.assertTrue(any("bytes too many" in fault
                            for fault in core_size.report(self.sizes(large))))
        self.assertEqual(list(core_size.report({})), ["nothing of ours is in the map"])

    def test_a_moved_source_is_found(self):
        (self.build / "CMakeFiles" / OBJECTS[0]).unlink()
        self.add("connsync_core.dir/core/text/json.c.obj")
        self.assertIn("core/text/json.c", self.sizes())

    def test_a_member_without_a_source_is_refused(self):
        (self.build / "CMakeFiles" / OBJECTS[0]).unlink()
        with self.assertRaisesRegex(link_map.Unknown, "made of no source"):
            self.sizes()

    def test_two_members_of_one_name_are_refused(self):
        self.add("connsync_core.dir/core/http/json.c.obj")
        with self.assertRaisesRegex(link_map.Unknown, "may be any of"):
            self.sizes()


if __name__ == "__main__":
    unittest.main()
