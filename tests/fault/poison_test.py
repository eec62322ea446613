"""A call that ends the database connection whenever it runs, among others that share its transaction:
it alone fails."""

import http.client
import json
import pathlib
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from postgres import Cluster, Missing  # noqa: E402
from runtime_process import Process  # noqa: E402

SECONDS = 60
BUSY_MS = 2000 # While the writer sleeps in one call, the others gather.
NAMES = ("a", "b", "poison", "c", "d", "e")
WAITING = 'sotong_lane_queue_length{lane="write"}'
POISON = """
CREATE FUNCTION runtime.poison() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.name = 'poison' THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER poison BEFORE INSERT ON runtime.runtime_rows FOR EACH ROW EXECUTE FUNCTION runtime.poison();
"""


def put(port, name, wait_ms=0):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    connection.request("POST", "/sotong.runtime.v1.RuntimeService/PutRow",
                       json.dumps({"row": {"name": name}, "waitMs": wait_ms}),
                       {"content-type": "application/json"})
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return answer.get("code", "ok")


def metric(port, name):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    connection.request("GET", "/metrics")
    lines = connection.getresponse().read().decode().splitlines()
    connection.close()
    return sum(float(line.split()[-1]) for line in lines if line.startswith(name))


class PoisonTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        try:
            cls.cluster = Cluster()
        except Missing as why:
            raise unittest.SkipTest(str(why)) from None
        cls.cluster.__enter__()
        cls.addClassCleanup(cls.cluster.__exit__)

    def wait(self, condition, what):
        end = time.monotonic() + SECONDS
        while not condition():
            self.assertLess(time.monotonic(), end, what)
            time.sleep(0.01)

    def test_neighbours_are_kept(self):
        # One loop: what counts as begun has reached its queue when the next request is served.
        process = Process("--threads", "1", "--store", self.cluster.store("runtime"))
        self.addCleanup(process.stop)
        self.cluster.sql(POISON, "runtime")
        outcomes = {}

        def call(name, wait_ms=0):
            outcomes[name] = put(process.port, name, wait_ms)

        threads = [threading.Thread(target=call, args=("busy", BUSY_MS))]
        threads += [threading.Thread(target=call, args=(name,)) for name in NAMES]
        for thread in threads:
            thread.start()
            if thread is threads[0]:
                self.wait(lambda: metric(process.port, "sotong_rpc_calls_in_flight") > 0, "a call begins")
                self.wait(lambda: metric(process.port, WAITING) == 0, "it runs")
        self.wait(lambda: metric(process.port, WAITING) == len(NAMES) or outcomes, "the others wait")
        self.assertEqual(outcomes, {}, "they did not gather: the test shows nothing")
        for thread in threads:
            thread.join(SECONDS)
        self.assertEqual(outcomes, {**{name: "ok" for name in NAMES}, "busy": "ok", "poison": "unavailable"})
        names = self.cluster.sql("SELECT name FROM runtime.runtime_rows ORDER BY name COLLATE \"C\"", "runtime")
        self.assertEqual(names.split(), sorted({*NAMES, "busy"} - {"poison"}))
        self.assertEqual(put(process.port, "after"), "ok")


if __name__ == "__main__":
    unittest.main()
