"""Histories of several clients at once, some with a crash in the midst, each checked against a small
sequential model: every history must have an order that the model explains (linearizability).

SOTONG_FAULT_HISTORIES says how many; `deploy/dev fault histories` is the long run. A ledger that is
broken on purpose must be caught, else the check itself would prove nothing."""

import os
import pathlib
import random
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from ledger import (CALL_SECONDS, DAY, BudgetProcess, Lost, Refused, balance, entry, make_line,  # noqa: E402
                    request_id)
from ledger_model import REFUSED, RESOLVED, Operation, explain  # noqa: E402

HISTORIES = int(os.environ.get("SOTONG_FAULT_HISTORIES", "300"))
SEED = int(os.environ.get("SOTONG_FAULT_SEED", str(random.SystemRandom().randrange(1 << 32))))
CLIENTS_MIN, CLIENTS_MAX = 2, 5
STEPS_MAX = 6
WON_MAX = 60 # Against …
ROOM_WON = 150 # … what a line has left when a history begins: some calls are refused.
CRASH_EVERY = 25 # Histories.
BROKEN_HISTORIES_MAX = 500 # By then a broken ledger must have been caught.
NAMES = ("LINE_0", "LINE_1")


class Client(threading.Thread):
    """Makes a few calls, one after the other, and writes down what it saw."""

    def __init__(self, number, history, seed):
        super().__init__()
        self.number = number
        self.history = history
        self.connection = history.budget.connect()
        self.random = random.Random(seed)
        self.operations = []
        self.last = None # The last write: its method and body.
        self.error = None

    def run(self):
        try:
            for _ in range(self.random.randint(1, STEPS_MAX)):
                self.step()
        except Exception as error: # noqa: BLE001 - shown by the test.
            self.error = error
        finally:
            self.connection.close()

    def call(self, what, method, body, read=None):
        """One operation; repeated with the same request id while its outcome is not known. Of those
        that are lost some are given up, so that their outcome stays unknown."""
        operation = Operation(self.number, what, time.monotonic())
        self.operations.append(operation)
        end = time.monotonic() + CALL_SECONDS
        while True:
            try:
                answer = self.connection.call(method, body)
                operation.answer = "OK" if read is None else read(answer)
            except Refused as refused:
                if refused.reason not in (REFUSED, RESOLVED):
                    raise
                answer = None
                operation.answer = refused.reason
            except Lost:
                if self.random.random() < 0.1 or time.monotonic() > end:
                    return None
                time.sleep(0.005)
                continue
            operation.returned = time.monotonic()
            return answer

    def write(self, what, method, body):
        body = {"requestId": request_id(), **body}
        answer = self.call(what, method, body)
        if answer is None:
            return None
        # Sent again, a call answers the same and does nothing: the model knows it once only.
        if self.random.random() < 0.2:
            try:
                again = self.connection.call(method, body)
            except Lost:
                return answer
            except Refused as refused:
                again = refused
            if again != answer:
                raise AssertionError(f"{method} {body}: first {answer}, then {again}")
        return answer

    def post(self, entries):
        lines = self.history.lines
        self.write(("post", tuple(entries)), "LedgerService/PostEntries", {
            "entries": [entry(lines[line], kind, won) for line, kind, won in entries]})

    def step(self):
        lines = self.history.lines
        choice = self.random.random()
        line = self.random.randrange(2)
        won = self.random.randint(1, WON_MAX)
        if choice < 0.30:
            self.post([(line, "COMMITMENT", won)])
        elif choice < 0.38:
            self.post([(line, self.random.choice(("EXPENDITURE", "RELEASE", "REFUND")), won)])
        elif choice < 0.48:
            self.post([(line, "TRANSFER_OUT", won), (1 - line, "TRANSFER_IN", won)])
        elif choice < 0.53:
            self.post([(line, "COMMITMENT", won), (line, "EXPENDITURE", won)])
        elif choice < 0.68:
            self.reserve(line, won)
        elif choice < 0.80:
            self.resolve()
        elif choice < 0.92:
            self.call(("read", line), "BudgetService/GetLine", {"name": lines[line]},
                      lambda answer: tuple(int(answer["line"].get(f"{name}Won", 0)) for name in
                                           ("current", "committed", "spent", "reserved")))
        else:
            self.call(("execution",), "BudgetService/GetExecution",
                      {"asOf": DAY, "line": self.history.root}, self.rows)

    def rows(self, answer):
        found = {row["line"]: tuple(int(row.get(f"{name}Won", 0))
                                    for name in ("current", "committed", "spent"))
                 for row in answer["rows"]}
        return tuple(found[line] for line in self.history.lines)

    def reserve(self, line, won):
        key = f"{self.number}-{len(self.operations)}"
        answer = self.write(("reserve", key, line, won), "ReservationService/CreateReservation",
                            {"line": self.history.lines[line], "amountWon": str(won),
                             "lifetimeSeconds": "7776000"})
        if answer is not None:
            self.history.reservations.append((key, answer["reservation"]["name"], won))

    def resolve(self):
        """Any client's reservation, so that several try to resolve the same."""
        if not self.history.reservations:
            return
        key, name, won = self.random.choice(self.history.reservations)
        if self.random.random() < 0.4:
            self.write(("release", key, 0), "ReservationService/ReleaseReservation", {"name": name})
            return
        part = self.random.randint(1, won)
        self.write(("post_reservation", key, part), "ReservationService/PostReservation",
                   {"name": name, "amountWon": str(part), "effectiveDate": DAY})


class History:
    def __init__(self, budget, root, lines, chooser):
        self.budget = budget
        self.root = root
        self.lines = lines
        self.random = chooser
        self.reservations = [] # (key, name, won); appended to by several threads.

    def run(self, crash):
        """The operations of all clients, and the lines as they began."""
        begin = [balance(self.budget.connect(), line) for line in self.lines]
        clients = [Client(i, self, self.random.random())
                   for i in range(self.random.randint(CLIENTS_MIN, CLIENTS_MAX))]
        for client in clients:
            client.start()
        if crash is not None:
            time.sleep(self.random.uniform(0, 0.02))
            crash()
        for client in clients:
            client.join()
            if client.error is not None:
                raise client.error
        # What nobody learned is pinned down as far as a last look can.
        last = Client(len(clients), self, 0)
        for line in range(2):
            last.call(("read", line), "BudgetService/GetLine", {"name": self.lines[line]},
                      lambda answer: tuple(int(answer["line"].get(f"{name}Won", 0)) for name in
                                           ("current", "committed", "spent", "reserved")))
        last.connection.close()
        return begin, [one for client in [*clients, last] for one in client.operations]


class LedgerHistoryTest(unittest.TestCase):
    def make(self, program="bin/budget"):
        return BudgetProcess(program)

    def crash(self, budget):
        budget.kill()
        budget.start()

    def make_room(self, connection, lines):
        for line in lines:
            current, committed, _, reserved = balance(connection, line)
            missing = ROOM_WON - (current - committed - reserved)
            if missing > 0:
                connection.insist("LedgerService/PostEntries", {
                    "requestId": request_id(),
                    "entries": [entry(line, "SUPPLEMENTARY", missing)]})

    def run_histories(self, budget, count, crash_every):
        """The first history that nothing explains, as text; None: there is none."""
        choose = random.Random(SEED)
        connection = budget.connect()
        root = make_line(connection, "합계")
        lines = [make_line(connection, f"사업 {i}", 0, root) for i in range(2)]
        unknown = 0
        for i in range(count):
            self.make_room(connection, lines)
            crashes = crash_every and i % crash_every == crash_every - 1
            history = History(budget, root, lines, choose)
            begin, operations = history.run((lambda: self.crash(budget)) if crashes else None)
            unknown += sum(one.answer is None for one in operations)
            if explain(operations, begin) is None:
                rows = "\n".join(map(str, sorted(operations, key=lambda one: one.called)))
                return f"history {i} of seed {SEED}, begun at {begin}:\n{rows}"
        print(f"seed {SEED}: {count} histories, {unknown} operations never learned their outcome",
              file=sys.stderr)
        return None

    def test_histories(self):
        with self.make() as budget:
            self.assertIsNone(self.run_histories(budget, HISTORIES, CRASH_EVERY))


class BrokenLedgerTest(LedgerHistoryTest):
    """Ledgers with one function replaced; see tests/fault/CMakeLists.txt."""

    def test_histories(self):
        for program in ("budget-overspending", "budget-repeating", "budget-forgetful"):
            with self.subTest(program), self.make(f"tests/{program}") as budget:
                try:
                    found = self.run_histories(budget, BROKEN_HISTORIES_MAX, 0)
                except AssertionError as error: # A call that was sent again answered otherwise.
                    found = str(error)
                self.assertIsNotNone(found, f"{program} was not caught")


if __name__ == "__main__":
    unittest.main()
