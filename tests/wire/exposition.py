"""Prometheus' text format, version 0.0.4, read as strictly as promtool does: a name, HELP and TYPE
before the samples, all samples of a metric together, and no two alike."""

import re

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
HELP = re.compile(r"# HELP (%s) ((?:[^\\\n]|\\\\|\\n)+)" % NAME)
TYPE = re.compile(r"# TYPE (%s) (counter|gauge)" % NAME)
SAMPLE = re.compile(r"(%s)(?:\{(.*)\})? (-?[0-9]+(?:\.[0-9]+)?)" % NAME)
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)')


def labels_of(text):
    """The pairs between the braces."""
    found, at = {}, 0
    while at < len(text or ""):
        match = LABEL.match(text, at)
        if match is None or match[1] in found:
            raise ValueError("labels: %r" % text)
        found[match[1]] = match[2]
        at = match.end()
    return found


def check_name(name, kind):
    """As Prometheus' conventions have it: counters are totals, units are base units."""
    if (kind == "counter") != name.endswith("_total"):
        raise ValueError("%s is a %s" % (name, kind))
    if re.search(r"_(milliseconds|minutes|hours|ms|gauge|counter)(_|$)", name):
        raise ValueError("unit or type in %s" % name)


def parse(text):
    """(name, labels as sorted pairs) -> number; and name -> type. ValueError where it is wrong."""
    if not text.endswith("\n"):
        raise ValueError("the last line does not end")
    types, samples, current = {}, {}, None
    lines = iter(text[:-1].split("\n"))
    for line in lines:
        about = HELP.fullmatch(line)
        if about is not None:
            kind = TYPE.fullmatch(next(lines, ""))
            if kind is None or kind[1] != about[1] or kind[1] in types:
                raise ValueError("no type, or a second one, of %s" % about[1])
            current, types[kind[1]] = kind[1], kind[2]
            check_name(*kind.groups())
            continue
        sample = SAMPLE.fullmatch(line)
        if sample is None or sample[1] != current:
            raise ValueError("no sample of %s: %r" % (current, line))
        key = sample[1], tuple(sorted(labels_of(sample[2]).items()))
        if key in samples:
            raise ValueError("twice: %r" % line)
        samples[key] = float(sample[3])
    return samples, types
