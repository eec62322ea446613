"""The feed of the budget ledger, WatchEvents: in order, without gaps, live, and resumed."""

import json
import os
import pathlib
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import warnings

os.environ["PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION"] = "python" # For classes by an older protoc.
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from foreign import generate_python  # noqa: E402
from services import BUILD, Services  # noqa: E402

try:
    import grpc
    import grpc_tools  # noqa: F401
except ImportError:
    grpc = None

SECONDS = 60
REPORT = """{year} 주요업무보고

{year}. 3. 31.

{bureau}

□ 예산

(단위 : 천원, {year}.3.31. 기준)

| 부서/사업명 | 예산현액 | 원인행위액 | 집행액 | 집행률 |
|---|---|---|---|---|
| 합 계 | 3,000 | 2,000 | 1,000 | 33.3% |
| 바다홍보 | 1,000 | 1,000 | 400 | 40.0% |
| 하늘상담 | 2,000 | 1,000 | 600 | 30.0% |
"""
LINES_A_REPORT = 3


class Watcher:
    """Takes events on a thread of its own."""

    def __init__(self, channel, classes, after=0):
        self.events = queue.Queue()
        self.taken = []
        self.error = None
        pb2, pb2_grpc = classes
        self.call = pb2_grpc.BudgetServiceStub(channel).WatchEvents(
            pb2.WatchEventsRequest(after=after))
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        try:
            for answer in self.call:
                self.events.put(answer.event)
        except grpc.RpcError as error:
            self.error = error.code()

    def take(self, count):
        """The next events, waited for."""
        found = [self.events.get(timeout=SECONDS) for _ in range(count)]
        self.taken += found
        return found

    def take_until(self, last):
        while not self.taken or self.taken[-1].sequence < last:
            self.take(1)
        return self.taken

    def stop(self):
        self.call.cancel()
        self.thread.join(SECONDS)

    def ended(self):
        self.thread.join(SECONDS)
        return self.error


@unittest.skipIf(grpc is None, "python3-grpcio, python3-grpc-tools are not installed")
class Watch(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="sotong-watch-")
        generate_python(pathlib.Path(cls.folder.name))
        sys.path.insert(0, cls.folder.name)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore") # What an older protoc wrote is deprecated.
            from sotong.budget.v1 import budget_pb2, budget_pb2_grpc
        cls.classes = budget_pb2, budget_pb2_grpc
        cls.pb2 = budget_pb2

    @classmethod
    def tearDownClass(cls):
        sys.path.remove(cls.folder.name)
        cls.folder.cleanup()

    def setUp(self):
        self.services = Services().__enter__()
        self.addCleanup(self.services.__exit__)
        self.watchers = []
        self.channel = grpc.insecure_channel(f"127.0.0.1:{self.services.ports['budget']}")
        self.addCleanup(self.close)

    def close(self):
        for watcher in self.watchers:
            watcher.stop()
        self.channel.close()

    def watch(self, after=0):
        watcher = Watcher(self.channel, self.classes, after)
        self.watchers.append(watcher)
        return watcher

    def add(self, year, bureau="바다소통관"):
        self.services.import_text(REPORT.format(year=year, bureau=bureau), f"sea-{year}-{len(bureau)}",
                                  f"{year}-03-31")

    def last(self):
        """The number of the last event, which the service tells who asks beyond it."""
        with self.assertRaises(grpc.RpcError) as raised:
            next(iter(self.classes[1].BudgetServiceStub(self.channel).WatchEvents(
                self.pb2.WatchEventsRequest(after=2**62), timeout=SECONDS)))
        self.assertEqual(raised.exception.code(), grpc.StatusCode.OUT_OF_RANGE)
        return int(raised.exception.details().split("ends at ")[1].split(";")[0])

    def check(self, events, first=1):
        """Numbers without gaps, and kinds that say what the fields say."""
        self.assertEqual([event.sequence for event in events],
                         list(range(first, first + len(events))))
        for event in events:
            about_entry = event.kind in (self.pb2.EVENT_KIND_ENTRY_POSTED,
                                         self.pb2.EVENT_KIND_ENTRY_WITHDRAWN)
            self.assertEqual(event.HasField("entry"), about_entry)
            self.assertTrue(event.line.startswith("lines/") and event.label, event)
            self.assertLess(abs(event.recorded_time.seconds - time.time()), 3600)
            if about_entry:
                self.assertEqual(event.entry.line, event.line)

    def test_tells_what_there_is(self):
        self.add(2031)
        events = self.watch().take_until(self.last())
        self.check(events)
        stub = self.classes[1].BudgetServiceStub(self.channel)
        entries = stub.ListEntries(self.pb2.ListEntriesRequest(page_size=1000)).entries
        posted = [event.entry for event in events if event.HasField("entry")]
        self.assertEqual(sorted((e.name, e.line, e.kind, e.amount_won, e.effective_date)
                                for e in posted),
                         sorted((e.name, e.line, e.kind, e.amount_won, e.effective_date)
                                for e in entries))
        added = [event.line for event in events if event.kind == self.pb2.EVENT_KIND_LINE_ADDED]
        self.assertEqual(len(added), LINES_A_REPORT)

    def test_tells_two_watchers_as_it_happens(self):
        watchers = [self.watch(), self.watch()]
        for year in (2031, 2032, 2033):
            self.add(year)
            last = self.last()
            for watcher in watchers:
                self.check(watcher.take_until(last))
        self.assertEqual(watchers[0].taken, watchers[1].taken)

    def test_goes_on_where_it_was_left(self):
        self.add(2031)
        first = self.watch()
        first.take(4)
        first.stop()
        self.assertEqual(first.error, grpc.StatusCode.CANCELLED)
        self.add(2032)
        second = self.watch(after=4)
        last = self.last()
        self.check(second.take_until(last), first=5)
        third = self.watch(after=last)
        self.add(2033)
        self.check(third.take_until(self.last()), first=last + 1)

    def test_misses_nothing_when_the_service_stops(self):
        self.add(2031)
        before = self.last()
        watchers = [self.watch(), self.watch(after=before)]
        watchers[0].take_until(before)
        begun = time.monotonic()
        self.assertEqual(self.services.stop("budget"), 0)
        for watcher in watchers:
            self.assertEqual(watcher.ended(), grpc.StatusCode.UNAVAILABLE)
        self.assertLess(time.monotonic() - begun, 60, "watchers hold up the stop")
        self.services.start("budget")
        again = self.watch(after=before)
        self.add(2032)
        self.check(again.take_until(self.last()), first=before + 1)

    def test_writers_beside_each_other(self):
        watcher = self.watch()
        threads = [threading.Thread(target=self.add, args=(2031, "관" * size))
                   for size in range(2, 8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        events = watcher.take_until(self.last())
        self.check(events)
        added = [event for event in events if event.kind == self.pb2.EVENT_KIND_LINE_ADDED]
        self.assertEqual(len(added), len(threads) * LINES_A_REPORT)

    def test_refuses_another_feed(self):
        self.add(2031)
        last = self.last()
        watcher = self.watch(after=last + 1)
        self.assertEqual(watcher.ended(), grpc.StatusCode.OUT_OF_RANGE)
        watcher = self.watch(after=-1)
        self.assertEqual(watcher.ended(), grpc.StatusCode.INVALID_ARGUMENT)

    def test_the_command_comes_back(self):
        command = subprocess.Popen([BUILD / "bin/sotong", "watch", "--json"], stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, env=self.services.environment,
                                   text=True)
        lines = queue.Queue()
        reader = threading.Thread(target=lambda: [lines.put(line) for line in command.stdout])
        reader.start()
        try:
            taken = []
            self.add(2031)
            first = self.last()
            while len(taken) < first:
                taken.append(json.loads(lines.get(timeout=SECONDS)))
            self.services.stop("budget")
            self.services.start("budget")
            self.channel.close()
            self.channel = grpc.insecure_channel(f"127.0.0.1:{self.services.ports['budget']}")
            self.add(2032)
            while len(taken) < self.last():
                taken.append(json.loads(lines.get(timeout=SECONDS)))
            self.assertEqual([int(event["sequence"]) for event in taken],
                             list(range(1, len(taken) + 1)))
            self.assertEqual(taken[0]["kind"], "EVENT_KIND_LINE_ADDED")
        finally:
            command.send_signal(signal.SIGTERM)
            command.wait(SECONDS)
            reader.join(SECONDS)
            command.stdout.close()

    def test_the_command_line(self):
        for arguments in (["--after", "x"], ["--after", "-1"], ["--after", ""]):
            done = self.services.sotong("watch", *arguments)
            self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(self.services.sotong("watch", "--after", "7").returncode, 1)


if __name__ == "__main__":
    unittest.main()
