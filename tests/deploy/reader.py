"""The reader of YAML for tests of what is written in it. Without one there is nothing to test: who
imports this ends with the status of a test that is skipped."""

import sys
from pathlib import Path

try:
    import yaml
except ImportError:
    print("skipped: there is no python3-yaml; tools/setup --all installs it")
    sys.exit(77)


def load(path):
    """The one document of a file. This reader takes 0440 for octal, as Kubernetes does."""
    return yaml.safe_load(Path(path).read_text(encoding="utf-8"))
