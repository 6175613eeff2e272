"""What is seen in a browser: the README's pictures, on a light page and on a dark one, and the page that
`plan --format html` makes in a fresh root, in a narrow window and in a wide one.
"""

import base64
import json
import re
import shutil
import subprocess
import sys
import unittest
from html import escape

from fresh import HERE, ROOT, WANTED, Fresh
import cli

sys.path.insert(0, str(HERE.parent / "lint"))
from pictures import BROWSERS, QUIET, luminance  # noqa: E402

BROWSER = next(filter(None, map(shutil.which, BROWSERS)), None)
# What Chromium calls them.
SCHEMES = {"dark": 0, "light": 1}
PICTURE = re.compile(r"!\[([^\]]+)\]\((docs/[^)]+[.]svg)\)")
WINDOWS = (400, 1200)
# Of each picture its size, how many colours it has, and the one that most of it has; of each page what
# is in it, and by how much it is wider than its window.
SCRIPT = """
function seen_of(picture) {
    const canvas = document.createElement("canvas");
    canvas.width = picture.naturalWidth;
    canvas.height = picture.naturalHeight;
    const context = canvas.getContext("2d");
    context.drawImage(picture, 0, 0);
    const data = context.getImageData(0, 0, canvas.width, canvas.height).data, counts = {};
    for (let at = 0; at < data.length; at += 4) {
        const colour = "#" + [0, 1, 2].map(i => data[at + i].toString(16).padStart(2, "0")).join("");
        counts[colour] = (counts[colour] || 0) + 1;
    }
    const most = Object.keys(counts).sort((one, other) => counts[other] - counts[one]);
    return {width: canvas.width, colours: most.length, paper: most[0]};
}
function seen_in(frame) {
    const page = frame.contentDocument;
    return {rows: page.querySelectorAll("tr").length, text: page.body.innerText,
            over: page.documentElement.scrollWidth - frame.clientWidth,
            loaded: frame.contentWindow.performance.getEntriesByType("resource").length};
}
onload = () => {
    const seen = {pictures: [...document.images].map(seen_of),
                  pages: [...document.querySelectorAll("iframe")].map(seen_in)};
    document.body.textContent = "SEEN" + JSON.stringify(seen) + "END";
};
"""


@unittest.skipUnless(BROWSER, "there is no chromium")
class BrowserTest(Fresh):
    """look() is one run of it."""

    def look(self, scheme, body):
        page = self.home / "page.html"
        page.write_text("<!doctype html><meta charset=utf-8><body>%s<script>%s</script>"
                        % (body, SCRIPT), encoding="utf-8")
        done = subprocess.run(
            [BROWSER, *QUIET, "--user-data-dir=%s" % (self.home / "profile"), "--dump-dom",
             "--blink-settings=preferredColorScheme=%d" % SCHEMES[scheme], page.as_uri()],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", timeout=120, check=False)
        found = re.search(r"SEEN(\{.*\})END", done.stdout)
        self.assertTrue(found, done.stderr[-2000:])
        return json.loads(found[1])

    def plan(self):
        """The page, in windows of its own."""
        self.write("connsync.json", WANTED)
        result = self.in_pipe(self.company(), ["plan", "--format", "html"])
        self.assertEqual(result.code, 2, result.raw)
        return "".join('<iframe width=%d srcdoc="%s"></iframe>' % (width, escape(result.out))
                       for width in WINDOWS)

    def test_what_is_seen(self):
        shown = PICTURE.findall((ROOT / "README.md").read_text(encoding="utf-8"))
        self.assertEqual(len(shown), 3)
        pictures = "".join('<img src="data:image/svg+xml;base64,%s">'
                           % base64.b64encode((ROOT / file).read_bytes()).decode("ascii")
                           for _, file in shown)
        for scheme, body in (("dark", pictures), ("light", pictures + self.plan())):
            seen = self.look(scheme, body)
            self.assertEqual(len(seen["pictures"]), len(shown))
            for picture in seen["pictures"]:
                self.assertGreater(picture["width"], 600)
                self.assertGreater(picture["colours"], 100, "letters have soft edges")
                self.assertEqual(luminance(picture["paper"]) > 0.5, scheme == "light", picture)
        self.assertEqual(len(seen["pages"]), len(WINDOWS))
        for page in seen["pages"]:
            self.assertIn("4 would change", page["text"])
            self.assertEqual((page["rows"], page["loaded"]), (5, 0), "it is all in one file")
        self.assertLessEqual(seen["pages"][1]["over"], 0)


if __name__ == "__main__":
    cli.main()
