"""Two budget services on one PostgreSQL database: what one writes the other reads and tells its
watchers, and neither needs a restart when its connections break."""

import json
import pathlib
import queue
import socket
import struct
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from ledger import BudgetProcess, Connection, Lost, balance, entry, make_line, request_id  # noqa: E402
from postgres import PASSWORD, Cluster, Missing  # noqa: E402

SECONDS = 60
CALLS = 40 # Of each writer.
END_OF_STREAM = 0x02


def setUpModule():
    global cluster
    try:
        cluster = Cluster()
    except Missing as why:
        raise unittest.SkipTest(str(why)) from None
    cluster.__enter__()


def tearDownModule():
    cluster.__exit__()


class Watcher(threading.Thread):
    """WatchEvents by Connect over HTTP/1.1, on a connection that is closed to end it."""

    def __init__(self, port, after):
        super().__init__()
        self.events = queue.Queue()
        self.socket = socket.create_connection(("127.0.0.1", port), SECONDS)
        self.socket.settimeout(None)
        body = json.dumps({"after": str(after)}).encode()
        body = struct.pack(">BI", 0, len(body)) + body
        self.socket.sendall(b"POST /sotong.budget.v1.BudgetService/WatchEvents HTTP/1.1\r\n"
                            b"host: x\r\ncontent-type: application/connect+json\r\n"
                            b"content-length: %d\r\n\r\n%b" % (len(body), body))
        self.start()

    def run(self):
        file = self.socket.makefile("rb")
        while file.readline() not in (b"\r\n", b""):
            pass
        body = b""
        while True:
            line = file.readline().strip()
            if not line or line == b"0":
                break
            body += file.read(int(line, 16))
            file.readline()
            while len(body) >= 5 and len(body) >= 5 + struct.unpack(">I", body[1:5])[0]:
                length = struct.unpack(">I", body[1:5])[0]
                answer = json.loads(body[5:5 + length])
                self.events.put(answer if body[0] & END_OF_STREAM else answer["event"])
                body = body[5 + length:]
        self.events.put(None)

    def take(self, count):
        return [self.events.get(timeout=SECONDS) for _ in range(count)]

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.join(SECONDS)
        self.socket.close()


class ReplicasTest(unittest.TestCase):
    def setUp(self):
        self.database = self._testMethodName[:40]
        self.store = cluster.store(self.database)

    def replicas(self, count=2, store=None):
        found = []
        for _ in range(count):
            replica = BudgetProcess(store=store or self.store)
            self.addCleanup(replica.folder.cleanup)
            replica.start(wait=False)
            self.addCleanup(lambda one=replica: one.process is None or one.kill())
            found.append(replica)
        end = time.monotonic() + SECONDS
        for replica in found:
            while True:
                try:
                    socket.create_connection(("127.0.0.1", replica.port), 1).close()
                    break
                except OSError:
                    self.assertIsNone(replica.process.poll(), replica.log())
                    self.assertLess(time.monotonic(), end, replica.log())
                    time.sleep(0.02)
        return found

    def test_start_together(self):
        """All bring up the schema of the same empty database."""
        one, two, three = (replica.connect() for replica in self.replicas(3))
        line = make_line(one, "바다홍보", 1_000)
        self.assertEqual(balance(two, line), (1_000, 0, 0, 0))
        self.assertEqual(balance(three, line), (1_000, 0, 0, 0))
        schemas = cluster.sql("SELECT DISTINCT schemaname FROM pg_tables WHERE schemaname NOT LIKE 'pg_%' "
                              "AND schemaname <> 'information_schema'", self.database)
        self.assertEqual(schemas, "budget")

    def test_write_through_both(self):
        """No amount is lost, none is spent twice, and the feed has no gaps."""
        replicas = self.replicas()
        line = make_line(replicas[0].connect(), "바다홍보", 2 * CALLS * 100 - 1)
        refused = []

        def write(replica):
            connection = replica.connect()
            for _ in range(CALLS):
                try:
                    connection.insist("LedgerService/PostEntries", {
                        "requestId": request_id(), "entries": [entry(line, "COMMITMENT", 100)]})
                except Exception as error: # noqa: BLE001 - compared below.
                    refused.append(error)

        threads = [threading.Thread(target=write, args=(replica,)) for replica in replicas]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(SECONDS)
        self.assertEqual([error.reason for error in refused], ["BALANCE_EXCEEDED"], refused)
        expected = (2 * CALLS * 100 - 1, (2 * CALLS - 1) * 100, 0, 0)
        for replica in replicas:
            self.assertEqual(balance(replica.connect(), line), expected)
        self.assertEqual(cluster.sql("SELECT count(*) = max(sequence), count(DISTINCT sequence) = count(*) "
                                     "FROM budget.budget_events", self.database), "t|t")

    def test_replay_at_the_other(self):
        one, two = (replica.connect() for replica in self.replicas())
        line = make_line(one, "바다홍보", 1_000)
        body = {"requestId": request_id(), "entries": [entry(line, "COMMITMENT", 600)]}
        first = one.insist("LedgerService/PostEntries", body)
        self.assertEqual(two.insist("LedgerService/PostEntries", body), first)
        self.assertEqual(balance(two, line), (1_000, 600, 0, 0))

    def test_watch_the_other(self):
        """Also after all connections were cut, and over a restart of the database."""
        one, two = self.replicas()
        writer = one.connect()
        line = make_line(writer, "바다홍보", 1_000_000)
        watcher = Watcher(two.port, 0)
        self.addCleanup(watcher.close)
        seen = watcher.take(2)

        def post():
            writer.insist("LedgerService/PostEntries",
                          {"requestId": request_id(), "entries": [entry(line, "COMMITMENT", 1)]})
            seen.extend(watcher.take(1))

        for _ in range(10):
            post()
        cluster.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE application_name = 'sotong-budget' AND datname = current_database()", self.database)
        for _ in range(10):
            post()
        cluster.stop()
        with self.assertRaises(Lost):
            writer.call("LedgerService/PostEntries",
                        {"requestId": request_id(), "entries": [entry(line, "COMMITMENT", 1)]})
        cluster.start()
        for _ in range(10):
            post()
        self.assertEqual([int(event["sequence"]) for event in seen], list(range(1, 33)))
        self.assertEqual(balance(two.connect(), line), (1_000_000, 30, 0, 0))
        self.assertEqual((one.process.poll(), two.process.poll()), (None, None))

    def test_a_slow_database_holds_up_its_readers_alone(self):
        """More streams and calls wait for it than there are loops; what does not need it is served."""
        replica, = self.replicas(1)
        line = make_line(replica.connect(), "바다홍보", 1_000)
        lock = subprocess.Popen(["psql", "-XAtq", "-h", cluster.folder, "-p", str(cluster.port), "-U", "postgres",
                                 "-d", self.database], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(lambda: (lock.kill(), lock.communicate()))
        lock.stdin.write("BEGIN; LOCK TABLE budget.budget_events, budget.budget_lines; SELECT 'locked';\n")
        lock.stdin.flush()
        self.assertEqual(lock.stdout.readline(), "locked\n")
        watchers = [Watcher(replica.port, 0) for _ in range(16)]
        for watcher in watchers:
            self.addCleanup(watcher.close)
        answers = queue.Queue()
        reads = [threading.Thread(target=lambda: answers.put(balance(replica.connect(), line)))
                 for _ in range(8)]
        for read in reads:
            read.start()
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%{}%'"
        end = time.monotonic() + SECONDS
        while "0" in [cluster.sql(waiting.format(what), self.database) for what in ("events", "lines")]:
            self.assertLess(time.monotonic(), end)
        for _ in range(16): # Connections are spread over the loops.
            health = Connection(replica.port, "/grpc.health.v1.")
            self.assertEqual(health.call("Health/Check", {}), {"status": "SERVING"})
            health.close()
        # They were answered while the others waited, which the service ends by itself after a while.
        self.assertTrue(all(watcher.events.empty() for watcher in watchers))
        self.assertTrue(answers.empty())
        lock.stdin.write("COMMIT;\n")
        lock.stdin.flush()
        for watcher in watchers:
            self.assertEqual([event["sequence"] for event in watcher.take(2)], ["1", "2"])
        for read in reads:
            read.join(SECONDS)
            self.assertEqual(answers.get(timeout=SECONDS), (1_000, 0, 0, 0))

    def test_waits_for_the_database(self):
        """A service may start before its database does."""
        cluster.stop()
        replica = BudgetProcess(store=self.store)
        self.addCleanup(replica.folder.cleanup)
        replica.start(wait=False)
        self.addCleanup(lambda: replica.process is None or replica.kill())
        end = time.monotonic() + SECONDS
        while "waiting up to" not in replica.log():
            self.assertLess(time.monotonic(), end, replica.log())
            time.sleep(0.05)
        cluster.start()
        connection = replica.connect()
        make_line(connection, "바다홍보", 1)

    def test_password(self):
        """It works, and no log shows it."""
        cluster.sql(f"CREATE ROLE clerk LOGIN PASSWORD '{PASSWORD}'; "
                    f"GRANT CREATE ON DATABASE \"{self.database}\" TO clerk", self.database)
        words = PASSWORD.replace(" ", "%20").replace("/", "%2F")
        where = f"127.0.0.1:{cluster.port}/{self.database}"
        good, = self.replicas(1, f"postgresql://clerk:{words}@{where}")
        make_line(good.connect(), "바다홍보", 1)
        self.assertEqual(good.stop(), 0)
        variable = BudgetProcess(store=f"postgresql://clerk@{where}", environment={"PGPASSWORD": PASSWORD})
        with variable:
            make_line(variable.connect(), "하늘상담", 1)
        for log in (good.log(),):
            self.assertNotIn(PASSWORD, log)
            self.assertNotIn(words, log)


if __name__ == "__main__":
    unittest.main()
