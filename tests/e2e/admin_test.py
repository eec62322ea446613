"""`sotong admin`: backups of a ledger under load, restored; copies compared by digests; and the upgrade
of a store that an earlier version wrote (stored/)."""

import json
import pathlib
import sqlite3
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from ledger import (BudgetProcess, Refused, balance, entry, make_line,  # noqa: E402
                    naive, request_id)
from postgres import Cluster, Missing  # noqa: E402
from services import BUILD  # noqa: E402

STORED = pathlib.Path(__file__).resolve().parent / "stored"
CLIENTS, LINES, BACKUPS = 3, 4, 3
BUDGET_WON = 1_000_000_000


def admin(*arguments, code=0):
    """What `sotong admin … --json` prints, or with another exit code what it says."""
    done = subprocess.run([BUILD / "bin/sotong", "admin", *map(str, arguments), "--json"],
                          capture_output=True, text=True, timeout=120)
    if done.returncode != code:
        raise AssertionError(f"{arguments}: exit {done.returncode}\n{done.stderr}")
    return json.loads(done.stdout) if code == 0 else done.stderr


class Writer(threading.Thread):
    def __init__(self, budget, lines):
        super().__init__()
        self.connection = budget.connect()
        self.lines = lines
        self.stopping = threading.Event()
        self.count = 0
        self.error = None

    def run(self):
        try:
            while not self.stopping.is_set():
                line = self.lines[self.count % len(self.lines)]
                self.connection.insist("LedgerService/PostEntries", {
                    "requestId": request_id(), "entries": [entry(line, "COMMITMENT", 100),
                                                           entry(line, "EXPENDITURE", 40)]})
                self.count += 1
        except Exception as error: # noqa: BLE001 - shown by the test.
            self.error = error


class Restored(BudgetProcess):
    """A budget service on a store that `restore` made."""

    def __init__(self, backup):
        super().__init__()
        self.digests = admin("restore", "budget", backup, self.file)


class AdminTest(unittest.TestCase):
    def check(self, budget, lines):
        """Balances, days and entries agree."""
        connection = budget.connect()
        sums = naive(connection.pages("BudgetService/ListEntries", {}, "entries"))
        for line in lines:
            self.assertEqual(list(balance(connection, line)[:3]), sums[line])

    def test_backup_under_load(self):
        with BudgetProcess() as budget:
            connection = budget.connect()
            lines = [make_line(connection, f"사업 {i}", BUDGET_WON) for i in range(LINES)]
            writers = [Writer(budget, lines) for _ in range(CLIENTS)]
            for writer in writers:
                writer.start()
            backups = [budget.data / f"backup-{i}" for i in range(BACKUPS)]
            before = 0
            for backup in backups:
                digests = {one["table"]: one for one in admin("backup", "budget", budget.file, backup)}
                self.assertGreater(digests["budget_entries"]["rows"], before)
                before = digests["budget_entries"]["rows"]
            for writer in writers:
                writer.stopping.set()
            for writer in writers:
                writer.join()
                if writer.error is not None:
                    raise writer.error
            for backup in backups:
                with Restored(backup) as restored:
                    self.check(restored, lines)
                    self.assertEqual(restored.stop(), 0)
                    self.assertEqual(admin("digest", "budget", backup), restored.digests)
            # The last one, once nothing is written any more, is the store itself.
            last = budget.data / "last"
            self.assertEqual(admin("backup", "budget", budget.file, last),
                             admin("digest", "budget", budget.file))

    def test_a_restored_store_goes_on(self):
        with BudgetProcess() as budget:
            line = make_line(budget.connect(), "바다홍보", BUDGET_WON)
            this = {"requestId": request_id(), "entries": [entry(line, "COMMITMENT", 100)]}
            first = budget.connect().call("LedgerService/PostEntries", this)
            backup = budget.data / "backup"
            admin("backup", "budget", budget.file, backup)
            with Restored(backup) as restored:
                connection = restored.connect()
                # It knows what was written before, and numbers go on.
                self.assertEqual(connection.call("LedgerService/PostEntries", this), first)
                again = connection.call("LedgerService/PostEntries", {**this, "requestId": request_id()})
                self.assertNotEqual(again["entries"][0]["name"], first["entries"][0]["name"])
                self.assertEqual(balance(connection, line)[1], 200)

    def test_refusals(self):
        with BudgetProcess() as budget:
            make_line(budget.connect(), "바다홍보", BUDGET_WON)
            copy = budget.data / "copy"
            admin("copy", "budget", budget.file, copy)
            for code, said, arguments in (
                    (1, "is there already", ("backup", "budget", budget.file, copy)),
                    (1, "another's", ("digest", "brand", budget.file)),
                    (3, "cannot be opened", ("digest", "budget", budget.data / "none")),
                    (3, "not a database", ("digest", "budget", budget.data / "log")),
                    (2, "no service", ("digest", "budgets", budget.file)),
                    (2, "say what", ("copy", "budget", budget.file)),
                    (2, "say what", ("move", "budget", budget.file, copy))):
                with self.subTest(arguments=arguments):
                    self.assertIn(said, admin(*arguments, code=code))
            self.assertFalse((budget.data / "none.part").exists())

    def test_another_engine(self):
        """From SQLite to PostgreSQL and back: the same rows, the same outcomes, numbers that go on."""
        try:
            cluster = Cluster()
        except Missing as why:
            self.skipTest(str(why))
        with cluster, BudgetProcess(facts=True) as budget:
            line = make_line(budget.connect(), "바다홍보", BUDGET_WON)
            this = {"requestId": request_id(), "entries": [entry(line, "COMMITMENT", 100)]}
            first = budget.connect().call("LedgerService/PostEntries", this)
            self.assertEqual(budget.stop(), 0)
            moved, back = cluster.store("moved"), budget.data / "back"
            digests = admin("digest", "budget", budget.file)
            self.assertEqual(admin("copy", "budget", budget.file, moved), digests)
            self.assertEqual(admin("digest", "budget", moved), digests)
            self.assertIn("holds rows already", admin("copy", "budget", budget.file, moved, code=1))
            with BudgetProcess(store=moved) as there:
                connection = there.connect()
                self.assertEqual(connection.call("LedgerService/PostEntries", this), first)
                again = connection.call("LedgerService/PostEntries",
                                        {**this, "requestId": request_id()})
                self.assertNotEqual(again["entries"][0]["name"], first["entries"][0]["name"])
                other = make_line(connection, "하늘상담", 1000)
                self.assertNotEqual(other, line)
                connection.call("ReservationService/CreateReservation", {
                    "requestId": request_id(), "line": other, "amountWon": "10"})
                self.assertEqual(there.stop(), 0)
            self.assertEqual(admin("copy", "budget", moved, back),
                             admin("digest", "budget", moved))
            with Restored(back) as home:
                self.assertEqual(balance(home.connect(), line)[1], 200)

    def test_upgrade(self):
        """A store that the version before posting wrote, of two small reports."""
        budget = BudgetProcess()
        store = sqlite3.connect(budget.file)
        store.executescript((STORED / "budget_101.sql").read_text())
        before = store.execute("SELECT count(*), sum(amount_won) FROM budget_entries").fetchone()
        store.close()
        with budget:
            connection = budget.connect()
            entries = list(connection.pages("BudgetService/ListEntries", {}, "entries"))
            self.assertEqual((len(entries), sum(int(one.get("amountWon", 0)) for one in entries)),
                             before)
            rows = connection.call("BudgetService/GetExecution", {"asOf": "2025-03-31"})["rows"]
            self.assertEqual([row["committedWon"] for row in rows],
                             ["2000000", "1000000", "1000000"])
            rows = connection.call("BudgetService/GetExecution", {"asOf": "2025-06-30"})["rows"]
            self.assertEqual([(row["label"], row["currentWon"], row["committedWon"], row["spentWon"])
                              for row in rows],
                             [("합 계", "3001000", "2500000", "1300000"),
                              ("바다홍보", "1000000", "1000000", "400000"),
                              ("하늘상담", "2000000", "1500000", "900000")])
            # It can be written: what is left can be committed, and no more.
            line = rows[2]["line"]
            for won, refused in ((500_001, True), (500_000, False)):
                body = {"requestId": request_id(), "entries": [
                    entry(line, "COMMITMENT", won, effectiveDate="2025-07-01")]}
                if refused:
                    with self.assertRaises(Refused):
                        connection.call("LedgerService/PostEntries", body)
                else:
                    connection.call("LedgerService/PostEntries", body)
            self.assertEqual(balance(connection, line)[1], 2_000_000)
            self.check(budget, [row["line"] for row in rows[1:]])
            self.assertEqual(budget.stop(), 0)
            # What is kept of the requests of before is the runtime's to keep.
            store = sqlite3.connect(budget.file)
            tables = {name for name, in store.execute("SELECT name FROM sqlite_master")}
            store.close()
            self.assertIn("rpc_requests", tables)
            self.assertNotIn("slice_requests", tables)


if __name__ == "__main__":
    unittest.main()
