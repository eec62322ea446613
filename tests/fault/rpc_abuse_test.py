"""Peers that mean harm, at the level of calls, against the runtime's process: each is refused with
the code that the protocol asks for, a message that names the limit or the rule, and a count in
/metrics; the process's memory stays bounded, and a client that behaves goes on being served."""

import base64
import gzip
import http.client
import json
import pathlib
import sys
import threading
import time
import unittest
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import http2_frames  # noqa: E402
import rpc_protocols as rpc  # noqa: E402
from runtime_process import PROGRAM, Process  # noqa: E402

SANITIZED = b"__asan_init" in PROGRAM.read_bytes()
MIB = 1024 * 1024
MESSAGE_BYTES_MAX = 4 * MIB
IDLE_MS = 1000
# What an attack may add to the process's memory, and how long the witness may wait for an answer.
GROWTH_BYTES_MAX = 64 * MIB
WITNESS_SECONDS_MAX = 30
WAIT_SECONDS = 60
ROW = b"\n\1a"


def varint(number):
    out = b""
    while number >= 128:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def field(number, message):
    return varint(number << 3 | 2) + varint(len(message)) + message


def bomb(megabytes):
    """gzip of zeros."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = bytes(MIB)
    return b"".join(packer.compress(zeros) for _ in range(megabytes)) + packer.flush()


def resident(process):
    status = pathlib.Path(f"/proc/{process.process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) * 1024


class Witness(threading.Thread):
    """A client that behaves: reads a row again and again on a connection of its own, and looks at
    the process's memory after each."""

    def __init__(self, process):
        super().__init__()
        self.process = process
        self.over = threading.Event()
        self.calls = 0
        self.slowest = 0
        self.peak = 0
        self.wrong = []

    def run(self):
        one = http.client.HTTPConnection("127.0.0.1", self.process.port, timeout=WAIT_SECONDS)
        while not self.over.is_set():
            begun = time.monotonic()
            try:
                one.request("POST", f"/{rpc.SERVICE}/GetRow", b'{"name":"a"}',
                            {"content-type": "application/json"})
                answer = one.getresponse()
                text = answer.read()
                if answer.status != 200:
                    self.wrong.append((answer.status, text))
            except OSError as error:
                self.wrong.append(error)
                break
            self.calls += 1
            self.slowest = max(self.slowest, time.monotonic() - begun)
            self.peak = max(self.peak, resident(self.process))
            time.sleep(0.002)
        one.close()


class Case(unittest.TestCase):
    LIMITS = {"message-bytes-max": MESSAGE_BYTES_MAX,
              "body-bytes-max": MESSAGE_BYTES_MAX, "stream-idle-timeout-ms": IDLE_MS}
    OPTIONS = ()
    growth_max = GROWTH_BYTES_MAX

    @classmethod
    def setUpClass(cls):
        options = [part for name, value in cls.LIMITS.items()
                   for part in ("--limit", f"{name}={value}")]
        cls.server = Process("--log-calls", "none", *cls.OPTIONS, *options)
        cls.port = cls.server.port
        code, _ = rpc.connect(cls.port, "PutRow", b'{"row":{"name":"a"}}', json_type=True)
        assert code in (rpc.OK, rpc.ALREADY_EXISTS)

    @classmethod
    def tearDownClass(cls):
        code, log = cls.server.stop()
        assert code == 0, log

    def setUp(self):
        self.before = self.metrics()
        self.memory = resident(self.server)
        self.witness = Witness(self.server)
        self.witness.start()

    def tearDown(self):
        calls = self.witness.calls
        self.wait(lambda: self.witness.calls > calls or self.witness.wrong, "no call is served")
        self.witness.over.set()
        self.witness.join()
        self.assertEqual(self.witness.wrong, [])
        self.assertLess(self.witness.slowest, WITNESS_SECONDS_MAX)
        if not SANITIZED:
            self.assertLess(self.witness.peak - self.memory, self.growth_max)

    def metrics(self):
        status, _, text = rpc.http1(self.port, "GET", "/metrics", [], b"")
        self.assertEqual(status, 200)
        rows = [line.rsplit(" ", 1) for line in text.decode().splitlines() if line[0] != "#"]
        return {name: float(value) for name, value in rows}

    def counted(self, name, labels=""):
        name += labels
        return self.metrics()[name] - self.before[name]

    def refusals(self, reason):
        return self.counted("sotong_rpc_refusals_total", f'{{reason="{reason}"}}')

    def wait(self, condition, what):
        end = time.monotonic() + WAIT_SECONDS
        while not condition():
            self.assertLess(time.monotonic(), end, what)
            time.sleep(0.02)

    def refused(self, outcome, code, words):
        self.assertEqual(outcome[0], code, outcome)
        self.assertIn(words, outcome[1])


class Messages(Case):
    def test_gzip_bombs(self):
        large, small = bomb(256), bomb(16)
        cases = [("connect", "GetRow", large), ("connect-get", "GetRow", small),
                 ("connect-stream", "EchoRows", large), ("connect-stream", "SumRows", large),
                 ("connect-stream", "MakeRows", large), ("grpc-web", "GetRow", large),
                 ("grpc-web", "EchoRows", large), ("grpc-web-text", "GetRow", large),
                 ("grpc", "GetRow", large), ("grpc", "EchoRows", large), ("grpc", "SumRows", large)]
        for protocol, method, body in cases:
            with self.subTest(protocol=protocol, method=method):
                outcome = rpc.PROTOCOLS[protocol](self.port, method, body, gzip=True)
                self.refused(outcome, rpc.RESOURCE_EXHAUSTED, str(MESSAGE_BYTES_MAX))
        self.assertEqual(self.refusals("message-bytes-max"), len(cases))

    def test_gzip_that_is_none(self):
        good = gzip.compress(ROW * 40)
        cases = [b"\x1f\x8b", good[:-1], good[:20], b"x" * 100, good[:12] + b"\xff" * 20]
        for body in cases:
            for protocol, call in rpc.PROTOCOLS.items():
                if protocol == "connect-stream":
                    continue # A unary method.
                with self.subTest(protocol=protocol, body=body):
                    self.refused(call(self.port, "GetRow", body, gzip=True), rpc.INVALID_ARGUMENT,
                                 "compressed")
        self.assertEqual(self.refusals("gzip"), len(cases) * 5)

    def test_nesting_bombs(self):
        tree = b""
        for _ in range(9000):
            tree = field(1, tree)
        text = '{"tree":' + '{"child":' * 9000 + "{}" + "}" * 9001
        deepest = {False: field(5, tree), True: text.encode()}
        self.assertGreater(len(deepest[False]), 26 * 1000)
        count = 0
        for protocol, call in rpc.PROTOCOLS.items():
            for json_type in (False, True):
                if protocol == "connect-stream" or (protocol, json_type) == ("grpc-web-text", True):
                    continue
                body = deepest[json_type]
                if protocol == "connect-get": # A path has its own limit.
                    body = (b'{"tree":' + b'{"child":' * 150 + b"{}" + b"}" * 151 if json_type
                            else field(5, tree[-450:]))
                    if not json_type:
                        small = b""
                        for _ in range(150):
                            small = field(1, small)
                        body = field(5, small)
                with self.subTest(protocol=protocol, json_type=json_type):
                    self.refused(call(self.port, "Fail", body, json_type=json_type),
                                 rpc.INVALID_ARGUMENT, "nested deeper than 100")
                count += 1
        self.assertEqual(self.refusals("nesting"), count)

    def test_messages_that_announce_4_gb(self):
        head = b"\0\xff\xff\xff\xff"
        for protocol, call in rpc.ENVELOPED.items():
            methods = ["EchoRows", "SumRows", "MakeRows"]
            if protocol != "connect-stream":
                methods.append("GetRow")
            for method in methods:
                with self.subTest(protocol=protocol, method=method):
                    body = base64.b64encode(head + b"x") if protocol == "grpc-web-text" else head
                    # The request does not end: what was said suffices.
                    outcome = call(self.port, method, body, raw=True, whole=False)
                    self.refused(outcome, rpc.RESOURCE_EXHAUSTED, str(MESSAGE_BYTES_MAX))
        self.assertEqual(self.refusals("message-bytes-max"), 15)

    def test_a_body_that_announces_4_gb(self):
        request = (f"POST /{rpc.SERVICE}/GetRow HTTP/1.1\r\nhost: a\r\n"
                   "content-type: application/json\r\ncontent-length: 4294967295\r\n\r\n{")
        with rpc.socket.create_connection(("127.0.0.1", self.port), WAIT_SECONDS) as one:
            one.sendall(request.encode())
            answer = http.client.HTTPResponse(one)
            answer.begin()
            error = json.loads(answer.read())
        self.assertEqual((answer.status, error["code"]), (429, "resource_exhausted"))
        self.assertIn(str(MESSAGE_BYTES_MAX), error["message"])
        self.assertEqual(self.refusals("body-bytes-max"), 1)

    def test_many_streams_that_announce_much(self):
        """4 GB each is refused; what is allowed is held only up to the limit of all."""
        connections = [http2_frames.Connection(self.port) for _ in range(10)]
        for one in connections:
            numbers = [one.request(f"/{rpc.SERVICE}/EchoRows", rpc.grpc_fields())
                       for _ in range(100)]
            for number in numbers:
                one.data(number, b"\0\xff\xff\xff\xff")
            for number in numbers:
                self.refused(rpc.grpc_outcome(one.wait(number)), rpc.RESOURCE_EXHAUSTED,
                             str(MESSAGE_BYTES_MAX))
            one.close()
        self.assertEqual(self.refusals("message-bytes-max"), 1000)

    def test_base64_broken_at_every_offset(self):
        good = base64.b64encode(rpc.envelope(ROW))
        code, _ = rpc.grpc_web_text(self.port, "GetRow", good, raw=True)
        self.assertEqual(code, rpc.OK)
        count = 0
        for at in range(len(good)):
            for wrong in b"!\xff\n ":
                broken = good[:at] + bytes([wrong]) + good[at + 1:]
                with self.subTest(at=at, wrong=wrong):
                    code, message = rpc.grpc_web_text(self.port, "GetRow", broken, raw=True)
                    self.assertEqual((code, message), (rpc.INVALID_ARGUMENT, "the body is not base64"))
                count += 1
        self.assertEqual(self.refusals("base64"), count)
        for at in range(len(good)):
            with self.subTest(cut=at):
                code, _ = rpc.grpc_web_text(self.port, "GetRow", good[:at], raw=True)
                self.assertIn(code, (rpc.INVALID_ARGUMENT, rpc.UNIMPLEMENTED))
        self.assertEqual(self.refusals("envelope"), len(good))

    def test_envelopes_that_break_rules(self):
        cases = [ # body, code, words
            (b"", rpc.UNIMPLEMENTED, "no message"),
            (b"\0\0\0", rpc.INVALID_ARGUMENT, "cut off"),
            (b"\0\0\0\0\5ab", rpc.INVALID_ARGUMENT, "cut off"),
            (b"\1" + rpc.envelope(ROW)[1:], rpc.INTERNAL, "compress"),
            (b"\x40" + rpc.envelope(ROW)[1:], rpc.INVALID_ARGUMENT, "flags"),
            (rpc.envelope(ROW) * 2, rpc.UNIMPLEMENTED, "one message"),
            (rpc.envelope(ROW) + b"\0", rpc.UNIMPLEMENTED, "one message"),
        ]
        for body, code, words in cases:
            for protocol in ("grpc", "grpc-web"):
                with self.subTest(protocol=protocol, body=body):
                    outcome = rpc.PROTOCOLS[protocol](self.port, "GetRow", body, raw=True)
                    self.refused(outcome, code, words)
        self.assertEqual(self.refusals("envelope"), 2 * len(cases))


class Heads(Case):
    def test_timeouts(self):
        too_late, good = rpc.DEADLINE_EXCEEDED, rpc.OK
        wrong = rpc.INVALID_ARGUMENT
        grpc_cases = [("0S", too_late), ("0n", too_late), ("1n", too_late), ("99999999H", good),
                      ("99999999S", good), ("100000000S", wrong), ("5", wrong), ("S", wrong),
                      ("5x", wrong), ("-1S", wrong), ("+1S", wrong), ("1.5S", wrong), ("1 S", wrong),
                      ("0x1S", wrong), ("9" * 5000 + "S", wrong)]
        connect_cases = [("0", too_late), ("9999999999", good), ("10000000000", wrong),
                         ("-1", wrong), ("1.5", wrong), ("abc", wrong), ("1e3", wrong),
                         ("9" * 5000, wrong)]
        count = 0
        for protocol, call in rpc.PROTOCOLS.items():
            if protocol == "connect-stream":
                continue
            for timeout, code in connect_cases if protocol.startswith("connect") else grpc_cases:
                with self.subTest(protocol=protocol, timeout=timeout[:20]):
                    outcome = call(self.port, "GetRow", ROW, timeout=timeout)
                    self.assertEqual(outcome[0], code, outcome)
                    if code == wrong:
                        self.assertIn("timeout", outcome[1])
                        self.assertIn("digits", outcome[1])
                count += code == wrong
        self.assertEqual(self.refusals("timeout"), count)

    def test_unknown_methods_and_types(self):
        """They are counted, and no peer can make /metrics longer."""
        rows = set(self.metrics())
        count = 2000
        with http2_frames.Connection(self.port) as one:
            for i in range(count):
                number = one.request(f"/made.up.Service{i}/Method{i}", rpc.grpc_fields(), end=True)
                code, _ = rpc.grpc_outcome(one.wait(number))
                self.assertEqual(code, rpc.UNIMPLEMENTED)
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT_SECONDS)
        for i in range(count):
            client.request("POST", f"/{rpc.SERVICE}/Method{i}", b"{}",
                           {"content-type": "application/json"})
            answer = client.getresponse()
            answer.read()
            self.assertEqual(answer.status, 404)
            client.request("POST", f"/{rpc.SERVICE}/GetRow", b"{}",
                           {"content-type": f"application/made-up-{i}"})
            answer = client.getresponse()
            answer.read()
            self.assertEqual(answer.status, 415)
            client.request(f"MADE{i % 5}" if i % 2 else "DELETE", f"/{rpc.SERVICE}/GetRow")
            answer = client.getresponse()
            answer.read()
            self.assertIn(answer.status, (400, 405))
            if answer.getheader("connection") == "close":
                client.close()
        client.close()
        self.assertEqual(self.refusals("method"), 2 * count)
        self.assertEqual(self.refusals("content-type"), count)
        self.assertGreaterEqual(self.refusals("http-method"), count / 2)
        self.assertEqual(set(self.metrics()), rows)

    def test_unknown_compressions(self):
        for protocol, name in (("connect", "content-encoding"), ("grpc", "grpc-encoding"),
                               ("grpc-web", "grpc-encoding")):
            outcome = rpc.PROTOCOLS[protocol](self.port, "GetRow", ROW, fields=[(name, "br")])
            self.refused(outcome, rpc.UNIMPLEMENTED, "gzip")
        outcome = rpc.connect_stream(self.port, "EchoRows", ROW,
                                     fields=[("connect-content-encoding", "br")])
        self.refused(outcome, rpc.UNIMPLEMENTED, "gzip")
        self.assertEqual(self.refusals("compression"), 4)

    def test_huge_metadata(self):
        for fields in ([("x-huge", "x" * MIB)], [(f"x-{i}", "x") for i in range(500)]):
            with self.subTest(len(fields)):
                status, _, _ = rpc.http1(
                    self.port, "POST", f"/{rpc.SERVICE}/GetRow",
                    fields + [("content-type", "application/grpc-web")], rpc.envelope(ROW))
                self.assertEqual(status, 431)
        with http2_frames.Connection(self.port) as one:
            number = one.request(f"/{rpc.SERVICE}/GetRow",
                                 rpc.grpc_fields() + [(f"x-{i}", "x") for i in range(500)], end=True)
            stream = one.wait(number)
            self.assertTrue(stream.fields.get(":status") == "431" or stream.reset is not None)
        self.assertEqual(self.counted("sotong_http_heads_too_large_total"), 3)


class Streams(Case):
    def test_endless_tiny_messages(self):
        message = rpc.envelope(ROW + b"\x10\1")
        piece = message * 20000
        with http2_frames.Connection(self.port) as one:
            number = one.request(f"/{rpc.SERVICE}/SumRows", rpc.grpc_fields())
            for _ in range(20):
                self.assertTrue(one.data(number, piece))
            one.data(number, b"", end=True)
            stream = one.wait(number)
        self.assertEqual(rpc.grpc_outcome(stream)[0], rpc.OK)
        self.assertTrue(stream.body.endswith(b"\x10" + varint(400000)), stream.body)

    def test_a_reader_that_never_reads(self):
        """Streams without end to peers that take nothing: each holds what one write may, and ends
        when its peer was idle for too long."""
        connections = [http2_frames.Connection(self.port) for _ in range(2)]
        body = rpc.envelope(b"\x08" + varint((1 << 64) - 1) + b"\x10" + varint(64 * 1024))
        for one in connections:
            for _ in range(50):
                number = one.request(f"/{rpc.SERVICE}/MakeRows", rpc.grpc_fields())
                one.data(number, body, end=True)
        self.wait(lambda: self.refusals("stream-idle-timeout-ms") >= 100, "they did not end")
        for one in connections:
            one.close()
        sockets = [rpc.socket.create_connection(("127.0.0.1", self.port)) for _ in range(20)]
        for one in sockets: # The same over HTTP/1.1.
            one.sendall((f"POST /{rpc.SERVICE}/MakeRows HTTP/1.1\r\nhost: a\r\ncontent-type: "
                         "application/connect+proto\r\ncontent-length: %d\r\n\r\n" % len(body)).encode()
                        + body)
        self.wait(lambda: self.refusals("stream-idle-timeout-ms") >= 120, "they did not end")
        for one in sockets:
            one.close()

    def test_a_client_that_sends_nothing(self):
        """The method's own idle timeout, which is shorter than the default."""
        begun = time.monotonic()
        for protocol, call in rpc.ENVELOPED.items():
            with self.subTest(protocol):
                body = base64.b64encode(rpc.envelope(ROW)) if "text" in protocol else rpc.envelope(ROW)
                outcome = call(self.port, "SumRows", body, raw=True, whole=False)
                self.refused(outcome, rpc.DEADLINE_EXCEEDED, "idle")
        self.assertGreater(time.monotonic() - begun, 4 * 0.6)
        self.assertEqual(self.refusals("stream-idle-timeout-ms"), 4)


class Unread(Case):
    LIMITS = {"message-bytes-max": MESSAGE_BYTES_MAX, "unread-bytes-max": 2 * MESSAGE_BYTES_MAX}

    def test_unread_bytes_of_many_streams(self):
        """Messages that are nearly whole, on many streams: what all hold together is bounded."""
        head = b"\0" + MESSAGE_BYTES_MAX.to_bytes(4, "big")
        with http2_frames.Connection(self.port) as one:
            for _ in range(6): # There is room for one and a half.
                number = one.request(f"/{rpc.SERVICE}/EchoRows", rpc.grpc_fields())
                one.data(number, head + bytes(MESSAGE_BYTES_MAX - 1))
            self.wait(lambda: self.refusals("unread-bytes-max") >= 5, "they are held")
            for number in list(one.streams)[1:]:
                self.refused(rpc.grpc_outcome(one.wait(number)), rpc.RESOURCE_EXHAUSTED,
                             str(2 * MESSAGE_BYTES_MAX))
            self.assertFalse(one.streams[1].ended)
        self.assertEqual(self.refusals("unread-bytes-max"), 5)


class Shared(Case):
    """Limits of the process, met by peers who are spread over its loops."""
    OPTIONS = ("--threads", "4")
    QUEUED_BYTES_MAX = 8 * MIB
    LIMITS = {"message-bytes-max": MESSAGE_BYTES_MAX, "unread-bytes-max": 2 * MESSAGE_BYTES_MAX,
              "body-bytes-max": MESSAGE_BYTES_MAX, "bodies-bytes-max": 2 * MESSAGE_BYTES_MAX,
              "queued-bytes-max": QUEUED_BYTES_MAX}
    PEERS = 8

    def peers(self, window=http2_frames.WINDOW_BYTES):
        peers = []
        for _ in range(self.PEERS):
            peers.append(http2_frames.Connection(self.port, window=window))
            self.addCleanup(peers[-1].close)
        return peers

    def test_unread_bytes(self):
        head = b"\0" + MESSAGE_BYTES_MAX.to_bytes(4, "big")
        for one in self.peers():
            number = one.request(f"/{rpc.SERVICE}/EchoRows", rpc.grpc_fields())
            one.data(number, head + bytes(MESSAGE_BYTES_MAX - 1))
        self.wait(lambda: self.refusals("unread-bytes-max") >= self.PEERS - 1, "they are held")
        self.assertEqual(self.refusals("unread-bytes-max"), self.PEERS - 1)

    def test_bodies_bytes(self):
        peers = self.peers()
        for one in peers:
            number = one.request(f"/{rpc.SERVICE}/PutRow", [("content-type", "application/proto")])
            one.data(number, bytes(MESSAGE_BYTES_MAX - MIB // 16))
        refused = "sotong_http_bodies_refused_total"
        self.wait(lambda: self.counted(refused) >= self.PEERS - 2, "they are held")
        self.assertEqual(self.counted(refused), self.PEERS - 2)
        for one in peers:
            one.close()
        self.wait(lambda: self.metrics()["sotong_http_bodies_bytes"] == 0, "bodies stay")
        self.assertEqual(rpc.connect(self.port, "GetRow", ROW)[0], rpc.OK)

    def test_queued_bytes(self):
        size = 3 * MIB // 2
        body = json.dumps({"row": {"name": "queued", "text": "x" * size}}).encode()
        self.assertEqual(rpc.connect(self.port, "PutRow", body, json_type=True)[0], rpc.OK)
        for one in self.peers(window=0):
            number = one.request(f"/{rpc.SERVICE}/GetRow", rpc.grpc_fields())
            one.data(number, rpc.envelope(field(1, b"queued")), end=True)
        floods = "sotong_http_output_floods_total"
        fit = self.QUEUED_BYTES_MAX // size
        self.wait(lambda: self.counted(floods) >= self.PEERS - fit, "their answers stay")
        self.assertLess(self.counted(floods), self.PEERS - 1) # Loops that look at once close more.
        self.assertLessEqual(self.metrics()["sotong_http_queued_bytes"], self.QUEUED_BYTES_MAX)


class ManyStreams(Case):
    LIMITS = {"running-streams-max": 10000, "stream-idle-timeout-ms": 600000}
    growth_max = 400 * MIB
    CONNECTIONS, EACH = 100, 100

    def test_ten_thousand_streams(self):
        path = f"/{rpc.SERVICE}/EchoRows"
        connections = [http2_frames.Connection(self.port) for _ in range(self.CONNECTIONS)]
        numbers = [[one.request(path, rpc.grpc_fields()) for _ in range(self.EACH)]
                   for one in connections]
        for one, mine in zip(connections, numbers):
            for number in mine:
                one.data(number, rpc.envelope(ROW))
        for one, mine in zip(connections, numbers):
            for number in mine:
                while len(one.streams[number].body) < 8:
                    one.read()
                    self.assertFalse(one.closed)
        self.assertEqual(self.metrics()["sotong_rpc_streams_open"], self.CONNECTIONS * self.EACH)
        with http2_frames.Connection(self.port) as one: # One more than may be.
            outcome = rpc.grpc_outcome(one.wait(one.request(path, rpc.grpc_fields())))
            self.refused(outcome, rpc.RESOURCE_EXHAUSTED, "10000")
        self.assertEqual(self.refusals("running-streams-max"), 1)
        for one, mine in zip(connections[:-1], numbers):
            one.close() # Without a word.
        one, mine = connections[-1], numbers[-1]
        for number in mine:
            one.data(number, b"", end=True)
            self.assertEqual(rpc.grpc_outcome(one.wait(number))[0], rpc.OK)
        one.close()
        self.wait(lambda: self.metrics()["sotong_rpc_streams_open"] == 0, "streams stay")
        if not SANITIZED:
            self.wait(lambda: resident(self.server) - self.memory < 24 * MIB,
                      "their memory does not come back")


class Burst(Case):
    """Memory returns when a burst is over."""
    LIMITS = {}
    growth_max = 1024 * MIB

    def test_large_calls_and_many(self):
        text = "x" * (12 * MIB)
        body = json.dumps({"row": {"name": "large", "text": text}}).encode()
        code, _ = rpc.connect(self.port, "PutRow", body, json_type=True)
        self.assertEqual(code, rpc.OK)
        failures = []

        def large():
            for protocol in ("connect", "grpc-web", "grpc"):
                try:
                    self.read_large(protocol)
                except Exception as error: # For the test's own thread to report.
                    failures.append(error)

        def many():
            for _ in range(200):
                outcome = rpc.connect(self.port, "GetRow", ROW)
                if outcome[0] != rpc.OK:
                    failures.append(outcome)

        threads = [threading.Thread(target=target) for target in [large] * 6 + [many] * 4]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])
        if SANITIZED:
            return
        self.assertGreater(self.witness.peak - self.memory, 24 * MIB, "that was no burst")
        self.wait(lambda: resident(self.server) - self.memory < 24 * MIB,
                  "the memory does not come back")

    def read_large(self, protocol):
        request = field(1, b"large")
        if protocol != "grpc":
            code, _ = rpc.PROTOCOLS[protocol](self.port, "GetRow", request)
            assert code == rpc.OK
            return
        with http2_frames.Connection(self.port, window=16 * MIB) as one:
            one.grant(0, 16 * MIB)
            number = one.request(f"/{rpc.SERVICE}/GetRow", rpc.grpc_fields())
            one.data(number, rpc.envelope(request), end=True)
            stream = one.wait(number)
            assert rpc.grpc_outcome(stream)[0] == rpc.OK
            assert len(stream.body) > 12 * MIB


if __name__ == "__main__":
    unittest.main()
