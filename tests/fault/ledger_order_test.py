"""Two services, one truth: a service that spends through the budget's reservations, killed at each of
its steps. After its restart both agree, and no reservation outlives its time."""

import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from ledger import BudgetProcess, Connection, Lost, Refused, balance, make_line  # noqa: E402

STEPS = range(1, 8)
BUDGET_WON, RESERVED_WON, USED_WON = 1000, 600, 450
LONG_SECONDS, SHORT_SECONDS = 3600, 2
WAIT_SECONDS = 60


class OrderProcess(BudgetProcess):
    """The service of tests/fault/order, which asks this budget."""

    def __init__(self, budget):
        super().__init__("tests/order")
        self.environment["SOTONG_PEERS"] = f"budget=http://127.0.0.1:{budget.port}"

    def start_to_die(self, step):
        self.environment["SOTONG_TEST_KILL_AT"] = str(step)
        self.start()
        del self.environment["SOTONG_TEST_KILL_AT"]

    def connect(self):
        return Connection(self.port, "/sotong.order.v1.")


class LedgerOrderTest(unittest.TestCase):
    def make(self):
        return BudgetProcess()

    def place(self, order, this, line, seconds):
        return order.connect().call("OrderService/PlaceOrder", {
            "requestId": this, "line": line, "amountWon": str(RESERVED_WON),
            "usedWon": str(USED_WON), "lifetimeSeconds": str(seconds)})

    def killed_at(self, order, step, line, seconds):
        """The id of an order that was killed at this step."""
        this = f"order-{line.rsplit('-', 1)[1]}"
        order.start_to_die(step)
        with self.assertRaises(Lost):
            self.place(order, this, line, seconds)
        self.assertEqual(order.process.wait(WAIT_SECONDS), -9)
        order.start()
        return this

    def each_step(self, seconds):
        """For each step: an order that was killed there, with its service running again."""
        with self.make() as budget:
            connection = budget.connect()
            for step in STEPS:
                line = make_line(connection, f"사업 {step}", BUDGET_WON)
                order = OrderProcess(budget)
                try:
                    this = self.killed_at(order, step, line, seconds)
                    with self.subTest(step=step):
                        yield connection, order, this, line
                finally:
                    order.__exit__()

    def reservations(self, connection, line):
        return list(connection.pages("ReservationService/ListReservations", {"line": line},
                                     "reservations"))

    def test_repeated(self):
        """The caller repeats the order: it ends posted, once."""
        for connection, order, this, line in self.each_step(LONG_SECONDS):
            told = self.place(order, this, line, LONG_SECONDS)
            self.assertEqual(told["state"], "ORDER_STATE_POSTED")
            reservation, = self.reservations(connection, line)
            self.assertEqual(reservation["name"], told["reservation"])
            self.assertEqual(reservation["state"], "RESERVATION_STATE_POSTED")
            self.assertEqual(balance(connection, line), (BUDGET_WON, USED_WON, 0, 0))
            # And once more, when all is done.
            self.assertEqual(self.place(order, this, line, LONG_SECONDS), told)
            self.assertEqual(balance(connection, line), (BUDGET_WON, USED_WON, 0, 0))

    def test_left(self):
        """The caller comes back only after the reservation's time: what was not posted has expired
        by itself, and the order says the same."""
        for connection, order, this, line in self.each_step(SHORT_SECONDS):
            end = time.monotonic() + WAIT_SECONDS
            while balance(connection, line)[3] != 0 and time.monotonic() < end:
                time.sleep(0.05)
            before = {one["state"] for one in self.reservations(connection, line)}
            self.assertNotIn("RESERVATION_STATE_OPEN", before)
            try:
                told = self.place(order, this, line, SHORT_SECONDS)["state"]
            except Refused as refused:
                self.assertEqual(refused.code, "failed_precondition")
                told = order.connect().call("OrderService/GetOrder", {"id": this})["state"]
            committed = balance(connection, line)[1]
            if before == {"RESERVATION_STATE_EXPIRED"}:
                self.assertEqual((told, committed), ("ORDER_STATE_FAILED", 0))
            else: # Nothing had been asked of the budget, or it was posted before the kill.
                self.assertEqual((told, committed), ("ORDER_STATE_POSTED", USED_WON))


if __name__ == "__main__":
    unittest.main()
