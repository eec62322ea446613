"""The fault tests of the ledger on PostgreSQL: the service is killed, or the database, or the
connection between them is cut and restored; histories with all three; two services that agree."""

import pathlib
import random
import signal
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import ledger_crash_test as crash  # noqa: E402
import ledger_history_test as history  # noqa: E402
import ledger_order_test as order  # noqa: E402
from ledger import BudgetProcess  # noqa: E402
from postgres import Cluster, Missing  # noqa: E402
from proxy import Proxy  # noqa: E402

CUT_SECONDS_MAX = 0.5
RESTART_SECONDS = 60


def start_cluster(test, durable):
    """One for the tests of a class."""
    global cluster
    try:
        cluster = Cluster(durable)
    except Missing as why:
        raise unittest.SkipTest(str(why)) from None
    cluster.__enter__()
    test.addClassCleanup(cluster.__exit__)


class PostgresBudget(BudgetProcess):
    """A budget on a database of its own, behind a proxy."""

    count = 0

    def __init__(self, program="bin/budget"):
        PostgresBudget.count += 1
        self.database = f"budget{PostgresBudget.count}"
        store = cluster.store(self.database)
        self.proxy = Proxy(cluster.folder, cluster.port)
        super().__init__(program, store.replace(str(cluster.folder), str(self.proxy.folder)))

    def __exit__(self, *error):
        super().__exit__(*error)
        self.proxy.close()

    def cut(self, seconds):
        self.proxy.cut()
        time.sleep(seconds)
        self.proxy.restore()


def restart_database(how):
    cluster.stop(how)
    end = time.monotonic() + RESTART_SECONDS
    while True:
        try:
            cluster.start()
            return
        except RuntimeError: # Its children may still be about.
            if time.monotonic() > end:
                raise
            cluster.process = None
            time.sleep(0.2)


def break_something(budget, choose):
    """The service, the database, or what is between them."""
    what = choose.choice(("service", "database", "connection"))
    if what == "service":
        budget.kill()
        budget.start()
    elif what == "database":
        restart_database(choose.choice((signal.SIGKILL, signal.SIGQUIT)))
    else:
        budget.cut(choose.uniform(0, CUT_SECONDS_MAX))


class CrashPostgresTest(crash.LedgerCrashTest):
    choose = random.Random(crash.SEED)

    @classmethod
    def setUpClass(cls):
        start_cluster(cls, durable=True) # As in production.

    def make(self):
        return PostgresBudget()

    def crash(self, budget):
        break_something(budget, self.choose)

    def check_store(self, budget):
        """The checks of SQLite's file have no equal here: what the service tells was compared."""


class HistoryPostgresTest(history.LedgerHistoryTest):
    choose = random.Random(history.SEED)

    @classmethod
    def setUpClass(cls):
        # Processes are killed, not the machine: what they wrote stays, and most of the time goes by
        # while nothing is.
        start_cluster(cls, durable=False)

    def make(self, program="bin/budget"):
        return PostgresBudget(program)

    def crash(self, budget):
        break_something(budget, self.choose)


class OrderPostgresTest(order.LedgerOrderTest):
    @classmethod
    def setUpClass(cls):
        start_cluster(cls, durable=False)

    def make(self):
        return PostgresBudget()


if __name__ == "__main__":
    unittest.main()
