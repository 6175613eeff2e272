"""Waits for a run of `connsync watch`, as its status file tells of it."""

import json
import time

PATIENCE = 120.0


def wait_for_run(process, status, runs=1):
    """Until so many runs have ended; whether the last one did well."""
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit and process.poll() is None:
        if status.exists():
            found = json.loads(status.read_text(encoding="utf-8"))
            if found["state"] == "waiting" and found["runs"] >= runs:
                return found["exit"] == 0
        time.sleep(0.02)
    return False
