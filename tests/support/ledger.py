"""A budget service as a process that may be killed, and its ledger as clients see it.

    with BudgetProcess() as budget:
        line = make_line(budget, "바다홍보", 1_000_000)
        budget.connect().post("request-1", [entry(line, "COMMITMENT", 1000)])
"""

import collections
import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import time
import uuid

from services import BUILD, SOURCE, free_ports

YEAR = 2026
DAY = f"{YEAR}-06-30"
PUBLISHER = "바다국"
START_SECONDS = 60 # Sanitizers and busy machines are slow.
CALL_SECONDS = 60
# Which of current, committed, spent an entry changes, and which kinds take away.
GROWS = {"APPROPRIATION": 0, "CARRY_OVER": 0, "SUPPLEMENTARY": 0, "TRANSFER_IN": 0,
         "TRANSFER_OUT": 0, "COMMITMENT": 1, "RELEASE": 1, "EXPENDITURE": 2, "REFUND": 2}
SHRINKS = ("RELEASE", "REFUND", "TRANSFER_OUT")


class Lost(Exception):
    """No answer came: the call may have happened or not."""


class Refused(Exception):
    """The service answered with an error, so that nothing was written."""

    def __init__(self, error):
        super().__init__(json.dumps(error, ensure_ascii=False))
        self.code = error.get("code", "")
        self.message = error.get("message", "")
        self.reason = ""
        for detail in error.get("details", []):
            self.reason = detail.get("debug", {}).get("reason", self.reason)


class Connection:
    """One HTTP/1.1 connection, opened again after it was lost."""

    def __init__(self, port, package="/sotong.budget.v1."):
        self.port = port
        self.package = package
        self.http = None

    def call(self, method, body):
        """method: "LedgerService/PostEntries". Raises Lost or Refused; UNAVAILABLE is Lost, since a
        commit whose outcome is not known says so."""
        try:
            if self.http is None:
                self.http = http.client.HTTPConnection("127.0.0.1", self.port, timeout=CALL_SECONDS)
            self.http.request("POST", self.package + method, json.dumps(body),
                              {"content-type": "application/json"})
            response = self.http.getresponse()
            answer = response.read()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Lost(str(error)) from None
        answer = json.loads(answer)
        if response.status == 200:
            return answer
        if answer.get("code") in ("unavailable", "deadline_exceeded", "canceled"):
            raise Lost(answer.get("message", ""))
        raise Refused(answer)

    def insist(self, method, body, seconds=CALL_SECONDS):
        """The same until there is an answer."""
        end = time.monotonic() + seconds
        while True:
            try:
                return self.call(method, body)
            except Lost:
                if time.monotonic() > end:
                    raise
                time.sleep(0.02)

    def pages(self, method, body, items):
        """All items of a list."""
        token = ""
        while True:
            answer = self.insist(method, {**body, "pageSize": 1000, "pageToken": token})
            yield from answer.get(items, [])
            token = answer.get("nextPageToken", "")
            if not token:
                return

    def __del__(self):
        self.close()

    def close(self):
        if self.http is not None:
            self.http.close()
        self.http = None


class BudgetProcess:
    """store: None for SQLite in a folder of its own, else what --store takes."""

    def __init__(self, program="bin/budget", store=None, environment=None, facts=False):
        self.folder = tempfile.TemporaryDirectory(prefix="sotong-ledger-")
        self.data = pathlib.Path(self.folder.name)
        self.store = store
        self.port = free_ports(1)[0]
        self.command = [BUILD / program, "--port", str(self.port)]
        self.command += ["--data", self.data] if store is None else ["--store", store]
        if facts:
            self.command += ["--facts", SOURCE / "services/budget/facts"]
        self.environment = {**os.environ, **(environment or {})}
        for name in ("SOTONG_PORT", "SOTONG_DATA", "SOTONG_LISTEN"):
            self.environment.pop(name, None)
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        if self.process is not None:
            self.kill()
        self.folder.cleanup()

    @property
    def file(self):
        return self.data / "budget.sqlite"

    def log(self):
        return (self.data / "log").read_text(errors="replace")

    def start(self, wait=True):
        with open(self.data / "log", "ab") as log:
            self.process = subprocess.Popen(self.command, stderr=log, env=self.environment)
        end = time.monotonic() + START_SECONDS
        while wait:
            if self.process.poll() is not None:
                raise RuntimeError(f"budget ended at its start:\n{self.log()}")
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                if time.monotonic() > end:
                    raise RuntimeError(f"budget does not listen:\n{self.log()}") from None
                time.sleep(0.005)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process = None

    def stop(self):
        """Returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(60)
        self.process = None
        return code

    def connect(self):
        return Connection(self.port)


def request_id():
    return uuid.uuid4().hex


def entry(line, kind, won, **more):
    return {"line": line, "kind": f"ENTRY_KIND_{kind}", "amountWon": str(won),
            "effectiveDate": DAY, **more}


def make_line(connection, label, won=0, parent=None):
    """A line with so much budget; its name."""
    where = {"parent": parent} if parent else {"publisher": PUBLISHER, "fiscalYear": YEAR}
    line = connection.insist("LedgerService/CreateLine",
                             {"requestId": request_id(), "label": label, **where})["line"]["name"]
    if won:
        connection.insist("LedgerService/PostEntries", {
            "requestId": request_id(),
            "entries": [entry(line, "APPROPRIATION", won, effectiveDate=f"{YEAR}-01-01")]})
    return line


def balance(connection, line):
    """(current, committed, spent, reserved) of a line with all below it."""
    line = connection.insist("BudgetService/GetLine", {"name": line})["line"]
    return tuple(int(line.get(f"{name}Won", 0))
                 for name in ("current", "committed", "spent", "reserved"))


def naive(entries):
    """Line → (current, committed, spent), summed from all entries."""
    sums = collections.defaultdict(lambda: [0, 0, 0])
    for one in entries:
        kind = one["kind"].removeprefix("ENTRY_KIND_")
        sign = -1 if kind in SHRINKS else 1
        sums[one["line"]][GROWS[kind]] += sign * int(one.get("amountWon", 0))
    return sums
