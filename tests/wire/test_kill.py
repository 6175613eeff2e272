"""SIGKILL at any moment of an apply: each connection is as before or as wanted, byte for byte."""

import random
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import cli
from cli import SETTING, connection
from fleet import ALL_OFF, FleetTest
from tenant import raw_json

# What a kill leaves behind is the same for a slow program, which gets fewer.
KILLS = int(200 / cli.SLOWNESS ** 2)
WORKERS = 4
CONNECTIONS = 1000
DRIFTING = range(5, 1000, 10)


class KillTest(FleetTest):
    """Each worker has a tenant of its own, which is put back after each run."""

    def setUp(self):
        super().setUp()
        self.write(ALL_OFF)

    def box(self):
        """(tenant, what `options` are at first, and what they are to become)."""
        tenant = self.many(CONNECTIONS, DRIFTING)
        # One connection has the setting in the middle, with another value.
        tenant.add(connection("middle", "samlp", number=CONNECTIONS + 1, options=b'"a":"MARKER-before","%s":'
                              b'"never_on_login","z":"MARKER-behind"' % SETTING.encode()))
        before = {key: tenant.raw_options(key) for key in tenant.store.connections}
        wanted = {key: raw_json.put(raw, SETTING, b'"on_first_login"')
                  for key, raw in before.items()}
        return tenant, before, wanted

    def restore(self, tenant, before):
        with tenant.lock:
            for key, raw in before.items():
                tenant.store.connections[key].put("options", raw)
        tenant.reset()

    def start_apply(self, tenant):
        return self.start(tenant, "apply", str(self.folder / "connsync.json"), verbose=False)

    def killed_at(self, moment, tenant, before, wanted):
        """How many were written, after a kill; then the next run must finish the job."""
        requests, seconds = moment
        self.restore(tenant, before)
        process = self.start_apply(tenant)
        while len(tenant.requests) < requests and process.poll() is None:
            time.sleep(0.0005)
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        out, err = process.communicate(timeout=20)
        self.printed.append(out + err)
        tenant.settle()
        done = 0
        for key, raw in before.items():
            now = tenant.raw_options(key)
            self.assertIn(now, (raw, wanted[key]), "%s is neither as before nor as wanted" % key)
            done += now == wanted[key] and raw != wanted[key]
        self.assertEqual(self.finish(self.start_apply(tenant)).code, 0)
        for key in before:
            self.assertEqual(tenant.raw_options(key), wanted[key])
        self.assertEqual(tenant.writes(), len(DRIFTING) + 1)
        return done

    def test_any_moment(self):
        """So many requests have come, and then some milliseconds; or any time from the start."""
        boxes = [self.box() for _ in range(WORKERS)]
        since = time.monotonic()
        self.assertEqual(self.finish(self.start_apply(boxes[0][0])).code, 0)
        longest, total = time.monotonic() - since, len(boxes[0][0].requests)
        chance = random.Random()
        moments = [(0, chance.uniform(0, longest)) if run % 4 == 0 else
                   (chance.randint(1, total), chance.uniform(0, 0.004)) for run in range(KILLS)]

        def work(number):
            return [self.killed_at(moment, *boxes[number])
                    for moment in moments[number::WORKERS]]

        with ThreadPoolExecutor(WORKERS) as pool:
            done = [count for found in pool.map(work, range(WORKERS)) for count in found]
        self.assertEqual(len(done), KILLS)
        all_done = len(DRIFTING) + 1
        print("%d kills: %d before any write, %d in between, %d after the last"
              % (KILLS, done.count(0), sum(0 < count < all_done for count in done),
                 done.count(all_done)))
        self.assertGreater(sum(0 < count < all_done for count in done), KILLS // 20)


if __name__ == "__main__":
    cli.main()
