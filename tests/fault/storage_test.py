"""The budget service on a disk that breaks (support/faulty_vfs.c): what it answered with success is
there afterwards, once, as long as the disk keeps its promises; while it cannot write it says so, and
it comes back by itself.

SOTONG_FAULT_ROUNDS: losses of power a test; SOTONG_FAULT_SEED: where its randomness begins.
"""

import http.client
import json
import os
import pathlib
import random
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from faulty_disk import FaultyDisk, crash
from services import BUILD, free_ports

PROGRAM = BUILD / "tests" / "budget-faulty"
PATIENCE_SECONDS = 60
WRITERS = 6
ROUNDS = int(os.environ.get("SOTONG_FAULT_ROUNDS", "4"))
SEED = int(os.environ.get("SOTONG_FAULT_SEED", "1"))
LEDGER = "sotong.budget.v1.LedgerService"
BUDGET = "sotong.budget.v1.BudgetService"
FUNDS = 10 ** 12


def eventually(condition, what):
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"in {PATIENCE_SECONDS} s not: {what}")
        time.sleep(0.01)


class Budget:
    """The service, its store and its disk."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="sotong-storage-")
        self.data = pathlib.Path(self.folder.name)
        self.store = self.data / "budget.sqlite"
        self.disk = FaultyDisk(self.data)
        self.port = free_ports(1)[0]
        self.process = None

    def start(self):
        """Whether it serves; where it does not, its process has ended."""
        with open(self.data / "log", "ab") as log:
            self.process = subprocess.Popen(
                [PROGRAM, "--port", str(self.port), "--data", self.data, "--log-calls", "none"],
                stderr=log, env={**os.environ, **self.disk.environment})
        end = time.monotonic() + PATIENCE_SECONDS
        while self.process.poll() is None:
            try:
                self.get("/")
                return True
            except OSError:
                if time.monotonic() > end:
                    raise AssertionError("it neither serves nor ends:\n" + self.log()) from None
                time.sleep(0.01)
        return False

    def log(self):
        return (self.data / "log").read_text(errors="replace")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.terminate()
        return self.process.wait(PATIENCE_SECONDS)

    def close(self):
        if self.process is not None and self.process.poll() is None:
            self.kill()
        self.disk.close()
        self.folder.cleanup()

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        try:
            connection.request("GET", path)
            return connection.getresponse().read().decode()
        except http.client.HTTPException as error:
            raise ConnectionError(str(error)) from error
        finally:
            connection.close()

    def metric(self, name):
        for line in self.get("/metrics").splitlines():
            if line.startswith(name + " "):
                return float(line.split()[1])
        raise AssertionError(f"no metric {name}")

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)

    def call(self, service, method, message, connection=None):
        """("ok", answer) or (code, error)."""
        own = connection or self.connect()
        try:
            own.request("POST", f"/{service}/{method}", json.dumps(message),
                        {"Content-Type": "application/json"})
            response = own.getresponse()
            answer = json.loads(response.read())
            return ("ok" if response.status == 200 else answer["code"]), answer
        except http.client.HTTPException as error:
            raise ConnectionError(str(error)) from error
        finally:
            if connection is None:
                own.close()

    def health(self, service=BUDGET):
        return self.call("grpc.health.v1.Health", "Check", {"service": service})[1].get("status")

    def serves(self):
        return self.health() == "SERVING"


class Load:
    """Writers that commit one won at a time, each call with its own id, which is sent again until
    it is answered."""

    def __init__(self, budget):
        self.budget = budget
        self.line = self.line_new()
        self.acknowledged = set()
        self.codes = set()
        self.unavailable = 0
        self.read_codes = set()
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.threads = []
        self.runs = 0

    def line_new(self):
        status, answer = self.budget.call(LEDGER, "CreateLine", {
            "requestId": "line", "publisher": "fault", "fiscalYear": 2026, "label": "faults"})
        if status != "ok":
            raise AssertionError(answer)
        line = answer["line"]["name"]
        status, answer = self.post(None, line, "funds", "ENTRY_KIND_APPROPRIATION", FUNDS)
        if status != "ok":
            raise AssertionError(answer)
        return line

    def post(self, connection, line, request_id, kind="ENTRY_KIND_COMMITMENT", won=1):
        return self.budget.call(LEDGER, "PostEntries", {
            "requestId": request_id,
            "entries": [{"line": line, "kind": kind, "amountWon": str(won),
                         "effectiveDate": "2026-03-01", "description": request_id}]}, connection)

    def note(self, status, request_id):
        with self.lock:
            self.codes.add(status)
            if status == "ok":
                self.acknowledged.add(request_id)
            elif status == "unavailable":
                self.unavailable += 1

    def writer(self, prefix):
        connection = self.budget.connect()
        number = 0
        while not self.stopping.is_set():
            number += 1
            status = None
            while status != "ok" and not self.stopping.is_set():
                request_id = f"{prefix}-{number}"
                try:
                    status, _ = self.post(connection, self.line, request_id)
                    self.note(status, request_id)
                except OSError: # Killed, or not up yet.
                    connection.close()
                    status = None
                if status != "ok":
                    time.sleep(0.01)
        connection.close()

    def reader(self):
        connection = self.budget.connect()
        while not self.stopping.is_set():
            try:
                self.read_codes.add(self.read(connection)[0])
            except OSError:
                connection.close()
            time.sleep(0.005)
        connection.close()

    def read(self, connection=None):
        return self.budget.call(BUDGET, "GetLine", {"name": self.line}, connection)

    def start(self):
        self.runs += 1
        self.stopping.clear()
        self.threads = [threading.Thread(target=self.writer, args=(f"r{self.runs}-w{number}",))
                        for number in range(WRITERS)]
        self.threads.append(threading.Thread(target=self.reader))
        for thread in self.threads:
            thread.start()

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def more(self, count=20):
        """Waits for so many more calls to succeed."""
        wanted = len(self.acknowledged) + count
        eventually(lambda: len(self.acknowledged) >= wanted, f"{count} more commitments")


def committed(store):
    """What a store that is not in use holds: descriptions of the commitments, in a list."""
    with sqlite3.connect(store) as db:
        return [row[0] for row in
                db.execute("SELECT description FROM budget_entries WHERE kind = 3")]


class StorageTest(unittest.TestCase):
    def setUp(self):
        self.random = random.Random(f"{SEED} {self.id()}")
        self.budget = Budget()
        self.addCleanup(self.budget.close)
        self.assertTrue(self.budget.start(), self.budget.log())
        self.load = Load(self.budget)
        self.addCleanup(self.load.stop)

    def lose_power(self, sector, keep):
        """Kills the service under load; what was lost, in sectors."""
        self.budget.kill()
        return crash(self.budget.store, sector, keep)

    def assert_sound(self):
        """Stops the service and looks into its store."""
        self.load.stop()
        self.assertEqual(self.budget.stop(), 0, self.budget.log())
        with sqlite3.connect(self.budget.store) as db:
            self.assertEqual(db.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
            self.assertEqual(db.execute("PRAGMA foreign_key_check").fetchall(), [])
            won, = db.execute("SELECT own_committed_won FROM budget_balances").fetchone()
        entries = committed(self.budget.store)
        self.assertEqual(len(entries), len(set(entries)), "an entry was applied twice")
        self.assertEqual(self.load.acknowledged - set(entries), set(), "acknowledged, but lost")
        self.assertEqual(won, len(entries))

    def assert_outage(self):
        """The service cannot write now, and says so everywhere; reads go on."""
        eventually(lambda: self.budget.health() == "NOT_SERVING", "health says NOT_SERVING")
        self.assertEqual(self.budget.health(""), "NOT_SERVING")
        self.assertEqual(self.budget.health("grpc.health.v1.Health"), "SERVING")
        self.assertEqual(self.budget.metric("sotong_store_writable"), 0)
        self.assertGreaterEqual(self.budget.metric("sotong_store_outages_total"), 1)
        status, answer = self.load.post(None, self.load.line, "while-it-is-down")
        self.assertEqual(status, "unavailable")
        self.assertIn("the store cannot be written now", answer["message"])
        status, answer = self.load.read()
        self.assertEqual(status, "ok", answer)

    def assert_recovery(self):
        eventually(self.budget.serves, "health says SERVING")
        self.assertEqual(self.budget.metric("sotong_store_writable"), 1)
        self.load.more()
        self.assertIsNone(self.budget.process.poll())
        self.assertGreater(self.load.unavailable, 0)
        self.assertLessEqual(self.load.codes, {"ok", "unavailable"})
        self.assertEqual(self.load.read_codes, {"ok"})

    def test_a_sync_that_fails(self):
        self.load.start()
        self.load.more()
        self.budget.disk.set("sync_fails", 1)
        self.assert_outage()
        self.budget.disk.mend()
        self.assert_recovery()
        self.lose_power(512, lambda: False)
        self.assertTrue(self.budget.start(), self.budget.log())
        self.load.more()
        self.assert_sound()

    def test_a_full_disk(self):
        self.load.start()
        self.load.more()
        for space in (0, 3000, 100_000):
            self.budget.disk.set("space", space)
            self.budget.disk.set("full", 1)
            self.assert_outage()
            self.budget.disk.mend()
            self.assert_recovery()
        self.lose_power(4096, lambda: False)
        self.assertTrue(self.budget.start(), self.budget.log())
        self.load.more()
        self.assert_sound()

    def test_an_error_at_every_nth_call(self):
        self.load.start()
        for every in (2, 3, 5, 7, 11, 17, 31, 64, 100, 257):
            self.load.more()
            errors = self.budget.disk.get("errors")
            self.budget.disk.set("error_every", every)
            eventually(lambda: self.budget.disk.get("errors") >= errors + 5, "five errors")
            self.budget.disk.mend()
            eventually(self.budget.serves, f"it serves again after an error in {every}")
            eventually(lambda: self.load.read()[0] == "ok", "it reads again")
        self.load.more()
        self.assertLessEqual(self.load.codes, {"ok", "unavailable"})
        self.assertLessEqual(self.load.read_codes, {"ok", "unavailable"})
        self.lose_power(512, lambda: self.random.random() < 0.5)
        self.assertTrue(self.budget.start(), self.budget.log())
        self.load.more()
        self.assert_sound()

    def test_a_disk_that_went_away_and_came_back(self):
        """Files that were open stay broken: writer and readers open theirs anew."""
        self.load.start()
        for generation in range(1, 4):
            self.load.more()
            self.budget.disk.set("generation", generation)
            self.load.more()
            for _ in range(20): # Each loop has a reader, which may not have noticed.
                eventually(lambda: self.load.read()[0] == "ok", "it reads again")
            self.load.read_codes.clear()
            self.load.more()
            self.assertEqual(self.load.read_codes, {"ok"})
        self.assertLessEqual(self.load.codes, {"ok", "unavailable"})
        self.assertIsNone(self.budget.process.poll())
        self.assert_sound()

    def test_torn_writes(self):
        self.load.start()
        for number in range(ROUNDS):
            self.load.more(self.random.randrange(1, 200))
            chance = self.random.random()
            self.lose_power((512, 4096)[number % 2], lambda: self.random.random() < chance)
            self.assertTrue(self.budget.start(), self.budget.log())
        self.load.more()
        self.assert_sound()

    def test_a_damaged_store(self):
        """It says so, takes no more writes, and does not mend itself."""
        self.assertEqual(self.budget.stop(), 0)
        with sqlite3.connect(self.budget.store) as db:
            page_bytes, = db.execute("PRAGMA page_size").fetchone()
            page, = db.execute("SELECT rootpage FROM sqlite_schema WHERE type = 'index' "
                               "AND tbl_name = 'rpc_requests'").fetchone()
        with open(self.budget.store, "r+b") as file:
            file.seek((page - 1) * page_bytes)
            file.write(b"\xff" * page_bytes)
        self.assertTrue(self.budget.start(), self.budget.log())
        self.assertTrue(self.budget.serves()) # Nobody has met the damage.
        self.assertEqual(self.load.post(None, self.load.line, "after")[0], "data_loss")
        for _ in range(3):
            self.assertEqual(self.budget.health(), "NOT_SERVING")
            status, answer = self.load.post(None, self.load.line, "after")
            self.assertEqual(status, "data_loss")
            self.assertEqual(answer["message"], "the store is damaged and takes no more writes")
            self.assertEqual(self.load.read()[0], "ok")
            time.sleep(0.6) # Longer than the interval of probes.
        self.assertIn("the store is damaged", self.budget.log())
        self.assertEqual(self.budget.stop(), 0)

    def test_a_sync_that_lies_loses_what_it_promised(self):
        """That the disk of these tests can lose anything at all."""
        self.budget.disk.set("sync_lies", 1)
        self.load.start()
        self.load.more(100)
        self.load.stop()
        self.assertGreater(self.lose_power(512, lambda: False), 0)
        self.assertGreater(self.budget.disk.get("lies"), 0)
        self.assertTrue(self.budget.start(), self.budget.log())
        self.assertEqual(self.budget.stop(), 0)
        self.assertLess(len(committed(self.budget.store)), len(self.load.acknowledged))

    def test_a_sync_that_lies_is_found_out(self):
        """Sectors that got there and others that did not: the store is whole, or nobody is told
        that it is."""
        damaged = 0
        for _ in range(ROUNDS):
            budget = Budget()
            try:
                damaged += self.torn_by_lies(budget)
            finally:
                budget.close()
        print(f"({damaged} of {ROUNDS} stores damaged) ", end="", file=sys.stderr)

    def torn_by_lies(self, budget):
        self.assertTrue(budget.start(), budget.log())
        load = Load(budget)
        budget.disk.set("sync_lies", 1)
        load.start()
        load.more(self.random.randrange(100, 600))
        budget.kill()
        load.stop()
        crash(budget.store, 512, lambda: self.random.random() < 0.5)
        budget.disk.mend()
        if not budget.start():
            self.assertIn("malformed", budget.log())
            return True
        load.start()
        eventually(lambda: len(load.codes) > 0 or budget.process.poll() is not None, "an answer")
        load.stop()
        budget.stop()
        with sqlite3.connect(budget.store) as db:
            whole = db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        if not whole:
            self.assertIn("damaged", budget.log())
        return not whole


if __name__ == "__main__":
    unittest.main()
