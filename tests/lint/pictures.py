"""Holds the pictures of the README and of docs/ to their figures, and to being readable.

    pictures.py check     well formed, as tools/draw-pictures draws them, and each colour of letters and
                          lines far enough from what it stands on, on a light page and on a dark one
    pictures.py render    in Chromium, where there is one: no text leaves the picture or meets another

Status: 0 fine, 1 not, 77 nothing to render with.
"""

import importlib.machinery
import importlib.util
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

ROOT = pathlib.Path(os.environ.get("CONNSYNC_SOURCE_DIR") or pathlib.Path(__file__).parents[2])
SKIPPED = 77
# What WCAG 2.2 asks for of text and of lines that mean something.
TEXT_CONTRAST, LINE_CONTRAST = 4.5, 3
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# It is to ask nobody for anything.
QUIET = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync")
# Faults of each picture, as a list of sentences in the page.
SCRIPT = """
const faults = [];
for (const svg of document.querySelectorAll("svg")) {
    const name = svg.dataset.name, page = svg.viewBox.baseVal;
    const texts = [...svg.querySelectorAll("text")].map(one => [one.textContent, one.getBBox()]);
    if (texts.length < 10) faults.push(name + ": " + texts.length + " texts");
    texts.forEach(([words, at], index) => {
        if (at.x < 8 || at.y < 4 || at.x + at.width > page.width - 8 || at.y + at.height > page.height - 4)
            faults.push(name + ": \\"" + words + "\\" leaves the picture");
        for (const [others, by] of texts.slice(index + 1))
            if (at.x < by.x + by.width && by.x < at.x + at.width
                && at.y + 2 < by.y + by.height && by.y + 2 < at.y + at.height)
                faults.push(name + ": \\"" + words + "\\" meets \\"" + others + "\\"");
    });
}
document.body.textContent = "FAULTS" + JSON.stringify(faults) + "END";
"""


def drawer():
    loader = importlib.machinery.SourceFileLoader("pictures", str(ROOT / "tools/draw-pictures"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("pictures", loader))
    loader.exec_module(module)
    return module


def luminance(colour):
    parts = [int(colour[at:at + 2], 16) / 255 for at in (1, 3, 5)]
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts))


def contrast(one, other):
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def colour_faults(pictures):
    pairs = [(letters, "paper", TEXT_CONTRAST) for letters in pictures.LETTERS]
    pairs += [("ink", fill, TEXT_CONTRAST) for fill in pictures.FILLS]
    pairs.append(("line", "paper", LINE_CONTRAST))
    for scheme, name in enumerate(("light", "dark")):
        for one, other, least in pairs:
            found = contrast(pictures.COLOURS[one][scheme], pictures.COLOURS[other][scheme])
            if found < least:
                yield f"{one} on {other}, {name}: a contrast of {found:.1f}, {least} at least"


def check(pictures):
    faults = list(colour_faults(pictures))
    pages = {path: path.read_text(encoding="utf-8") for path in [ROOT / "README.md",
                                                                 *(ROOT / "docs").glob("*.md")]}
    for name in pictures.PICTURES:
        tree = xml.etree.ElementTree.parse(ROOT / f"docs/{name}.svg").getroot()
        style = tree.find("{http://www.w3.org/2000/svg}style")
        if style is None or "prefers-color-scheme:dark" not in style.text:
            faults.append(f"docs/{name}.svg has no colours for a dark page")
        picture = ROOT / f"docs/{name}.svg"
        if not any(f"]({os.path.relpath(picture, path.parent)})" in text for path, text in pages.items()):
            faults.append(f"no page shows docs/{name}.svg")
    print(*faults, sep="\n")
    drawn = subprocess.run([sys.executable, ROOT / "tools/draw-pictures", "--check"], check=False)
    return 1 if faults or drawn.returncode else 0


def render(pictures):
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        print("skipped: there is no chromium")
        return SKIPPED
    page = "".join((ROOT / f"docs/{name}.svg").read_text(encoding="utf-8")
                   .replace("<svg ", f'<svg data-name="{name}" ', 1) for name in pictures.PICTURES)
    with tempfile.TemporaryDirectory(prefix="connsync-pictures-") as folder:
        path = pathlib.Path(folder) / "page.html"
        path.write_text(f"<!doctype html><meta charset=utf-8><body>{page}<script>{SCRIPT}</script>",
                        encoding="utf-8")
        done = subprocess.run([browser, *QUIET, f"--user-data-dir={folder}/profile", "--dump-dom",
                               path.as_uri()], capture_output=True, encoding="utf-8", timeout=120,
                              check=False)
    found = re.search(r"FAULTS(\[.*\])END", done.stdout)
    if found is None:
        print(f"{browser} ended with {done.returncode} and no answer", done.stderr[-2000:], sep="\n")
        return 1
    faults = json.loads(found[1])
    print(*faults, sep="\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit({"check": check, "render": render}[sys.argv[1]](drawer()))
