"""The ledger, killed at random instants under load: no acknowledged entry is lost, none is there
twice after its client's retry, and every rule of the ledger holds.

SOTONG_FAULT_ROUNDS says how often it is killed; `deploy/dev fault crash` is the long run.
SOTONG_FAULT_SEED repeats a run's decisions (not its timing)."""

import collections
import os
import pathlib
import random
import sqlite3
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from ledger import (DAY, BudgetProcess, Lost, Refused, balance, entry, make_line,  # noqa: E402
                    naive, request_id)

ROUNDS = int(os.environ.get("SOTONG_FAULT_ROUNDS", "20"))
SEED = int(os.environ.get("SOTONG_FAULT_SEED", str(random.SystemRandom().randrange(1 << 32))))
CLIENTS = 4
LINES = 6
BUDGET_WON = 50_001
KILL_SECONDS_MAX = 0.4 # After the clients began; a client makes some hundred calls in that.
RESOLVED = "RESERVATION_RESOLVED"


class Client(threading.Thread):
    """Calls at random until it is told to stop; repeats each call until it knows its outcome."""

    def __init__(self, budget, lines, seed):
        super().__init__()
        self.connection = budget.connect()
        self.lines = lines
        self.random = random.Random(seed)
        self.stopping = threading.Event()
        self.posted = {} # Request id → entries that it posted, as the service names them.
        self.refused = set() # Request ids that were refused, and so wrote nothing.
        self.reservations = {} # Name → (amount, what became of it as far as the client knows).
        self.retries = 0
        self.error = None

    def run(self):
        try:
            while not self.stopping.is_set():
                self.step()
        except Exception as error: # noqa: BLE001 - shown by the test.
            self.error = error

    def insist(self, method, body):
        try:
            return self.connection.call(method, body)
        except Lost:
            self.retries += 1
        return self.connection.insist(method, body)

    def entries(self):
        kind = self.random.choice(("COMMITMENT",) * 4 + ("EXPENDITURE",) * 3 +
                                  ("RELEASE", "REFUND", "TRANSFER"))
        won = self.random.randint(1, 400)
        line, other = self.random.sample(self.lines, 2)
        if kind == "TRANSFER":
            return [entry(line, "TRANSFER_OUT", won), entry(other, "TRANSFER_IN", won)]
        return [entry(line, kind, won)]

    def step(self):
        if self.random.random() < 0.3:
            self.reserve()
            return
        this = request_id()
        # The request's id stands in the description, so that the check can tell whose entry it is.
        entries = [{**one, "description": this} for one in self.entries()]
        try:
            answer = self.insist("LedgerService/PostEntries",
                                 {"requestId": this, "entries": entries})
        except Refused as refused:
            if refused.reason != "BALANCE_EXCEEDED":
                raise
            self.refused.add(this)
            return
        self.posted[this] = [one["name"] for one in answer["entries"]]

    def reserve(self):
        line = self.random.choice(self.lines)
        won = self.random.randint(1, 400)
        try:
            made = self.insist("ReservationService/CreateReservation",
                               {"requestId": request_id(), "line": line, "amountWon": str(won),
                                "lifetimeSeconds": "7776000"})
        except Refused as refused:
            if refused.reason != "BALANCE_EXCEEDED":
                raise
            return
        name = made["reservation"]["name"]
        self.reservations[name] = (won, "OPEN", 0)
        way = self.random.choice(("post", "part", "release", "leave"))
        if way == "leave":
            return
        if way == "release":
            self.insist("ReservationService/ReleaseReservation",
                        {"requestId": request_id(), "name": name})
            self.reservations[name] = (won, "RELEASED", 0)
            return
        part = won if way == "post" else self.random.randint(1, won)
        this = request_id()
        answer = self.insist("ReservationService/PostReservation",
                             {"requestId": this, "name": name, "amountWon": str(part),
                              "effectiveDate": DAY, "description": this})
        self.posted[this] = [answer["entry"]["name"]]
        self.reservations[name] = (won, "POSTED", part)


class LedgerCrashTest(unittest.TestCase):
    """On SQLite; what differs on PostgreSQL is in ledger_crash_postgres_test.py."""

    def make(self):
        return BudgetProcess()

    def crash(self, budget):
        budget.kill()
        budget.start()

    def check_store(self, budget):
        store = sqlite3.connect(f"file:{budget.file}?mode=ro", uri=True)
        self.assertEqual(store.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
        self.assertEqual(store.execute("PRAGMA foreign_key_check").fetchall(), [])
        store.close()

    def check(self, budget, lines, clients):
        connection = budget.connect()
        entries = list(connection.pages("BudgetService/ListEntries", {}, "entries"))
        names = [one["name"] for one in entries]
        self.assertEqual(len(names), len(set(names)))
        by_request = collections.defaultdict(list)
        for one in entries:
            by_request[one.get("description", "")].append(one["name"])
        for client in clients:
            for this, posted in client.posted.items():
                self.assertEqual(sorted(by_request[this]), sorted(posted), this)
            for this in client.refused:
                self.assertNotIn(this, by_request)
        self.check_balances(connection, lines, entries)
        self.check_reservations(connection, clients)
        self.check_store(budget)

    def check_balances(self, connection, lines, entries):
        sums = naive(entries)
        reserved = collections.Counter()
        for one in connection.pages("ReservationService/ListReservations",
                                    {"state": "RESERVATION_STATE_OPEN"}, "reservations"):
            reserved[one["line"]] += int(one["amountWon"])
        for line in lines:
            current, committed, spent, aside = balance(connection, line)
            self.assertEqual([current, committed, spent], sums[line], line)
            self.assertEqual(aside, reserved[line], line)
            self.assertGreaterEqual(current, committed + aside, line)
            self.assertGreaterEqual(committed, spent, line)
            self.assertGreaterEqual(spent, 0, line)
        rows = connection.insist("BudgetService/GetExecution",
                                 {"asOf": DAY, "line": self.root})["rows"]
        for row in rows:
            if row["line"] in lines:
                told = [int(row.get(f"{name}Won", 0)) for name in ("current", "committed", "spent")]
                self.assertEqual(told, sums[row["line"]], row["line"])

    def check_reservations(self, connection, clients):
        stored = {one["name"]: one for one in
                  connection.pages("ReservationService/ListReservations", {}, "reservations")}
        made = {}
        for client in clients:
            made.update(client.reservations)
        self.assertEqual(set(stored), set(made))
        for name, (won, state, posted) in made.items():
            self.assertEqual(int(stored[name]["amountWon"]), won, name)
            self.assertEqual(stored[name]["state"], f"RESERVATION_STATE_{state}", name)
            self.assertEqual(int(stored[name].get("postedWon", 0)), posted, name)

    def test_kill(self):
        print(f"seed {SEED}, {ROUNDS} rounds", file=sys.stderr)
        choose = random.Random(SEED)
        clients = []
        with self.make() as budget:
            connection = budget.connect()
            self.root = make_line(connection, "합계")
            lines = [make_line(connection, f"사업 {i}", BUDGET_WON, self.root)
                     for i in range(LINES)]
            for _ in range(ROUNDS):
                running = [Client(budget, lines, choose.random()) for _ in range(CLIENTS)]
                for client in running:
                    client.start()
                time.sleep(choose.uniform(0.01, KILL_SECONDS_MAX))
                self.crash(budget)
                for client in running:
                    client.stopping.set()
                for client in running:
                    client.join()
                    if client.error is not None:
                        raise client.error
                clients += running
                self.check(budget, lines, clients)
            retries = sum(client.retries for client in clients)
            posted = sum(len(client.posted) for client in clients)
            print(f"{posted} writes acknowledged, {retries} of them unanswered at first",
                  file=sys.stderr)
            # A run in which nothing was written, or the kill never met a call, would prove nothing.
            self.assertGreater(posted, ROUNDS)
            self.assertGreater(retries, ROUNDS / 4)


if __name__ == "__main__":
    unittest.main()
