"""A service under attack: its memory, its metrics, and a client that behaves while others do not.

    with Victim("--limit", "pings-max=50") as victim:
        ...                         # an attack
        victim.check(self, counter="http_ping_floods", most_kib=20000)
"""

import http.client
import json
import pathlib
import re
import socket
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from runtime_process import PROGRAM, Process  # noqa: E402

SANITIZED = b"__asan_init" in PROGRAM.read_bytes()
SERVED_SECONDS = 20 # What a call may take while an attack runs, on a slow and busy machine.
CALLS_MIN = 3       # Of the client that behaves, for a check to mean something.
WAIT_SECONDS = 60

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, _, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
END_STREAM = ACK = 1
END_HEADERS = 4
CALM = 11 # ENHANCE_YOUR_CALM
GET_ROOT = b"\x82\x86\x84\x41\x01a" # GET http / with an authority


def frame(kind, flags=0, stream=0, payload=b""):
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


class Http2:
    """A connection that says what it likes. `goaway` is the code that it heard, -1 before."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), WAIT_SECONDS)
        self.goaway = -1
        self.closed = False
        self.heard = b""
        self.send(PREFACE + frame(SETTINGS))

    def send(self, data):
        """False: the server has closed."""
        try:
            self.socket.sendall(data)
        except OSError:
            self.closed = True
        return not self.closed

    def hear(self):
        """Reads once; False: the end."""
        try:
            data = self.socket.recv(1 << 16)
        except OSError:
            data = b""
        self.closed |= not data
        self.heard += data
        while len(self.heard) >= 9:
            length = int.from_bytes(self.heard[:3], "big")
            if len(self.heard) < 9 + length:
                break
            if self.heard[3] == GOAWAY:
                self.goaway = int.from_bytes(self.heard[13:17], "big")
            self.heard = self.heard[9 + length:]
        return bool(data)

    def hear_all(self):
        while self.hear():
            pass

    def close(self):
        self.socket.close()


class Behaved(threading.Thread):
    """Calls Health/Check on a connection of its own, one call after the other."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port = port
        self.calls = 0
        self.slowest = 0.0
        self.failures = []
        self.stopping = False

    def call(self, connection):
        begun = time.monotonic()
        connection.request("POST", "/grpc.health.v1.Health/Check", b"{}",
                           {"Content-Type": "application/json"})
        answer = connection.getresponse()
        body = answer.read()
        self.slowest = max(self.slowest, time.monotonic() - begun)
        if answer.status != 200 or json.loads(body) != {"status": "SERVING"}:
            self.failures.append(f"{answer.status} {body}")
        self.calls += 1

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT_SECONDS)
        while not self.stopping:
            try:
                self.call(connection)
            except (OSError, http.client.HTTPException) as error:
                self.failures.append(repr(error))
                connection.close()
            time.sleep(0.01)
        connection.close()


class Victim:
    def __init__(self, *options):
        self.process = Process("--log-calls", "none", *options)
        self.port = self.process.port
        self.before_kib = self.kib()
        self.most_kib = self.before_kib
        self.behaved = Behaved(self.port)

    def __enter__(self):
        self.behaved.start()
        return self

    def __exit__(self, kind, *_):
        self.behaved.stopping = True
        self.behaved.join(WAIT_SECONDS)
        code, log = self.process.stop()
        if kind is None and code != 0:
            raise AssertionError(f"exit {code}\n{log}")

    def kib(self):
        status = pathlib.Path(f"/proc/{self.process.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status).group(1))

    def look(self):
        """Notes the memory; attacks call it while they go on."""
        self.most_kib = max(self.most_kib, self.kib())

    def metrics(self):
        """The page; after an attack there may be no room for a connection yet."""
        end = time.monotonic() + WAIT_SECONDS
        while True:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT_SECONDS)
            try:
                connection.request("GET", "/metrics")
                return connection.getresponse().read().decode()
            except (OSError, http.client.HTTPException):
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)
            finally:
                connection.close()

    def counted(self, counter):
        """A counter of /metrics, without its prefix and `_total`."""
        page = self.metrics()
        found = re.search(rf"^sotong_{counter}(?:_total)? (\d+)$", page, re.MULTILINE)
        if not found:
            raise AssertionError(f"no {counter} in\n{page}")
        return int(found.group(1))

    def counts(self, counter, least=1):
        """Waits until a counter has come so far; False: it does not."""
        end = time.monotonic() + WAIT_SECONDS
        while self.counted(counter) < least:
            if time.monotonic() > end:
                return False
            time.sleep(0.05)
        return True

    def check(self, test, counter, most_kib, least=1):
        """The attack was counted, memory stayed within bounds, and who behaved was served."""
        self.look()
        test.assertTrue(self.counts(counter, least), f"{counter}: {self.counted(counter)}")
        calls, end = self.behaved.calls, time.monotonic() + WAIT_SECONDS
        while self.behaved.calls < max(CALLS_MIN, calls + 1) and time.monotonic() < end:
            time.sleep(0.01)
        test.assertGreaterEqual(self.behaved.calls, CALLS_MIN)
        test.assertEqual(self.behaved.failures, [])
        test.assertLess(self.behaved.slowest, SERVED_SECONDS)
        if not SANITIZED:
            test.assertLess(self.most_kib - self.before_kib, most_kib)
