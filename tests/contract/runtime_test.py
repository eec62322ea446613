"""The runtime with a service of its own (tests/service/runtime): its process, and foreign clients:
curl, buf curl (Connect and gRPC) and python3-grpcio."""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import http2_frames  # noqa: E402
import runtime_process  # noqa: E402
from certificates import Certificates  # noqa: E402
from rpc_protocols import envelope  # noqa: E402
from services import BUILD, SOURCE, free_ports  # noqa: E402
from tools import npm_tool  # noqa: E402

try:
    import grpc
except ImportError:
    grpc = None

PROGRAM = BUILD / "tests" / "runtime"
SERVICE = "sotong.runtime.v1.RuntimeService"
SANITIZED = b"__asan_init" in PROGRAM.read_bytes()
IDLE_KIB_MAX = 10 * 1024
CONNECTION_KIB_MAX = 12 # Idle, over HTTP/2; ten thousand of them are to stay under 120 MB.
CALLS_EACH = 130 # More than the streams that may be open at once.
START_MS_MAX = 2000 # It takes some 25; how long exactly is for the benchmarks.


class Process:
    """The runtime's program on a free port."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="sotong-runtime-")
        self.port = free_ports(1)[0]
        self.log = open(pathlib.Path(self.folder.name) / "log", "w+b")
        begun = time.monotonic()
        self.process = subprocess.Popen(
            [PROGRAM, "--port", str(self.port), "--data", self.folder.name], stderr=self.log)
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                break
            except OSError:
                if self.process.poll() is not None or time.monotonic() > begun + 30:
                    raise RuntimeError(self.text()) from None
                time.sleep(0.002)
        self.start_ms = (time.monotonic() - begun) * 1000

    def text(self):
        self.log.seek(0)
        return self.log.read().decode()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(20)
        text = self.text()
        self.log.close()
        self.folder.cleanup()
        return code, text


class Runtime(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Process()
        cls.url = f"http://127.0.0.1:{cls.server.port}"
        cls.schema = tempfile.TemporaryDirectory(prefix="sotong-schema-")
        shutil.copytree(SOURCE / "protos", cls.schema.name, dirs_exist_ok=True)
        shutil.copy(SOURCE / "tests/protos/runtime.proto", cls.schema.name)
        code, _ = cls.curl("PutRow", '{"row":{"name":"a","number":"5","text":"가"}}')
        assert code == 200

    @classmethod
    def tearDownClass(cls):
        code, log = cls.server.stop()
        cls.schema.cleanup()
        assert code == 0, log
        assert "stopped" in log, log

    @classmethod
    def curl(cls, method, body, *more):
        done = subprocess.run(
            ["curl", "-sS", "-w", "\n%{http_code}", "-H", "Content-Type: application/json",
             "--data-binary", "@-", *more, f"{cls.url}/{SERVICE}/{method}"],
            input=body, capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        text, code = done.stdout.rsplit("\n", 1)
        return int(code), json.loads(text)

    def test_curl(self):
        for version in ("--http1.1", "--http2-prior-knowledge"):
            self.assertEqual(self.curl("GetRow", '{"name":"a"}', version),
                             (200, {"name": "a", "number": "5", "text": "가"}))
            code, error = self.curl("GetRow", '{"name":"none"}', version)
            self.assertEqual((code, error["code"]), (404, "not_found"))

    def together(self, connection, names):
        """Asks for rows in one write, every third as Connect, the others as gRPC; every seventh is
        reset in the same write. The numbers of the streams."""
        written, send = [], connection.send
        connection.send = written.append
        numbers = []
        for i, name in enumerate(names):
            connect, message = i % 3 == 0, b"\x0a" + bytes([len(name)]) + name.encode()
            kind = "application/proto" if connect else "application/grpc"
            number = connection.request(f"/{SERVICE}/GetRow", [("content-type", kind), ("te", "trailers")])
            connection.data(number, message if connect else envelope(message), end=True)
            if i % 7 == 0:
                connection.frame(http2_frames.RST_STREAM, 0, number, (8).to_bytes(4, "big"))
            numbers.append(number)
        connection.send = send
        connection.send(b"".join(written))
        return numbers

    def test_reads_that_come_together(self):
        large = "가" * 40_000 # Several of these are more than a batch may hold.
        self.assertEqual(self.curl("PutRow", json.dumps({"row": {"name": "large", "text": large}}))[0], 200)
        names = [("a", "none", "large")[i * 5 // 3 % 3] for i in range(90)]
        connection = http2_frames.Connection(self.server.port, window=1 << 20)
        connection.grant(0, 1 << 24)
        for i, number in enumerate(self.together(connection, names)):
            if i % 7 == 0:
                continue
            stream = connection.wait(number)
            if names[i] == "none":
                said = stream.fields[":status"] if i % 3 == 0 else stream.fields["grpc-status"]
                self.assertEqual(said, "404" if i % 3 == 0 else "5", i)
                continue
            self.assertEqual(stream.fields.get("grpc-status", "0"), "0", i)
            self.assertIn(b"\x0a" + bytes([len(names[i])]) + names[i].encode(), stream.body)
            self.assertEqual(large.encode() in stream.body, names[i] == "large", i)
        connection.close()

    def test_curl_sends_a_large_body(self):
        text = "가" * (4 * 1024 * 1024)
        for version, name in (("--http1.1", "large-1"), ("--http2-prior-knowledge", "large-2")):
            row = {"name": name, "text": text}
            code, answer = self.curl("PutRow", json.dumps({"row": row}, ensure_ascii=False), version)
            self.assertEqual(code, 200)
            self.assertEqual(answer["text"], text)

    def test_curl_sends_too_large_a_body(self):
        text = "x" * (65 * 1024 * 1024)
        for version in ("--http1.1", "--http2-prior-knowledge"):
            code, error = self.curl("PutRow", '{"row":{"name":"x","text":"' + text + '"}}', version)
            self.assertEqual((code, error["code"]), (429, "resource_exhausted"))

    def buf(self, protocol, method, body):
        done = subprocess.run(
            [npm_tool("buf"), "curl", "--schema", self.schema.name, "--protocol", protocol,
             "--http2-prior-knowledge", "-d", body, f"{self.url}/{SERVICE}/{method}"],
            capture_output=True, text=True, timeout=60)
        return done.returncode, json.loads(done.stdout or done.stderr)

    def test_buf_curl(self):
        for protocol in ("connect", "grpc"):
            with self.subTest(protocol):
                self.assertEqual(self.buf(protocol, "GetRow", '{"name":"a"}'),
                                 (0, {"name": "a", "number": "5", "text": "가"}))
                code, error = self.buf(protocol, "Fail", json.dumps(
                    {"code": 9, "message": "100% 아님", "reason": "LATE", "fields": ["a.b"]}))
                self.assertNotEqual(code, 0)
                self.assertEqual((error["code"], error["message"]),
                                 ("invalid_argument", "100% 아님"))
                self.assertEqual([detail["type"] for detail in error["details"]],
                                 ["google.rpc.BadRequest", "google.rpc.ErrorInfo"])
                _, error = self.buf(protocol, "GetRow", "{}")
                self.assertEqual(error["message"], "name: must not be empty")

    def grpc(self, method, request, timeout=10, **more):
        with grpc.insecure_channel(f"127.0.0.1:{self.server.port}") as channel:
            return channel.unary_unary(method)(request, timeout=timeout, **more)

    def fails(self, method, request, **more):
        with self.assertRaises(grpc.RpcError) as raised:
            self.grpc(method, request, **more)
        return raised.exception

    @unittest.skipIf(grpc is None, "python3-grpcio is not installed")
    def test_grpcio(self):
        row = self.grpc(f"/{SERVICE}/GetRow", b"\n\1a")
        self.assertEqual(row, b"\n\1a\x10\5\x1a\3" + "가".encode())
        self.assertEqual(self.grpc("/grpc.health.v1.Health/Check", b""), b"\x08\1")
        self.assertEqual(self.grpc("/grpc.health.v1.Health/Check", b"\n" + bytes([len(SERVICE)]) +
                                   SERVICE.encode()), b"\x08\1")
        row = b"\n" + bytes([len(SERVICE)]) + SERVICE.encode() + b"\x12\2\x08\1"
        self.assertIn(row, self.grpc("/grpc.health.v1.Health/List", b""))
        error = self.fails("/grpc.health.v1.Health/Check", b"\n\4none")
        self.assertEqual(error.code(), grpc.StatusCode.NOT_FOUND)
        error = self.fails(f"/{SERVICE}/None", b"")
        self.assertEqual(error.code(), grpc.StatusCode.UNIMPLEMENTED)
        error = self.fails("/no.such.Service/None", b"")
        self.assertEqual(error.code(), grpc.StatusCode.UNIMPLEMENTED)
        error = self.fails(f"/{SERVICE}/GetRow", b"\n\x7fa")
        self.assertEqual(error.code(), grpc.StatusCode.INVALID_ARGUMENT)

    @unittest.skipIf(grpc is None, "python3-grpcio is not installed")
    def test_grpcio_reads_errors(self):
        message = "100% 아님".encode()
        error = self.fails(f"/{SERVICE}/Fail", b"\x08\x09\x12" + bytes([len(message)]) + message +
                           b"\x1a\4LATE\x22\3a.b")
        self.assertEqual(error.code(), grpc.StatusCode.INVALID_ARGUMENT)
        self.assertEqual(error.details(), "100% 아님")
        details = dict(error.trailing_metadata())["grpc-status-details-bin"]
        for part in (b"type.googleapis.com/google.rpc.BadRequest", b"a.b", b"LATE",
                     b"type.googleapis.com/google.rpc.ErrorInfo", b"sotong"):
            self.assertIn(part, details)

    @unittest.skipIf(grpc is None, "python3-grpcio is not installed")
    def test_grpcio_without_what_the_server_lacks(self):
        error = self.fails(f"/{SERVICE}/GetRow", b"\n\1a" * 200,
                           compression=grpc.Compression.Deflate)
        self.assertEqual(error.code(), grpc.StatusCode.UNIMPLEMENTED)
        self.assertIn("gzip", error.details())
        with grpc.insecure_channel(f"127.0.0.1:{self.server.port}") as channel:
            answers = channel.stream_unary(f"/{SERVICE}/GetRow")
            with self.assertRaises(grpc.RpcError) as raised:
                answers(iter([b"\n\1a", b"\n\1a"]), timeout=10)
        self.assertEqual(raised.exception.code(), grpc.StatusCode.UNIMPLEMENTED)

    @unittest.skipIf(grpc is None, "python3-grpcio is not installed")
    def test_grpcio_keeps_deadlines(self):
        begun = time.monotonic()
        with grpc.insecure_channel(f"127.0.0.1:{self.server.port}") as channel:
            with self.assertRaises(grpc.RpcError) as raised:
                channel.unary_unary(f"/{SERVICE}/AddToRow")(b"\n\1a\x10\1\x18\xb8\x17", timeout=0.2)
        self.assertEqual(raised.exception.code(), grpc.StatusCode.DEADLINE_EXCEEDED)
        self.assertLess(time.monotonic() - begun, 2.9) # The handler takes 3.

    @unittest.skipIf(grpc is None, "python3-grpcio is not installed")
    def test_grpcio_calls_at_once(self):
        with grpc.insecure_channel(f"127.0.0.1:{self.server.port}") as channel:
            put = channel.unary_unary(f"/{SERVICE}/PutRow")
            calls = [put.future(b"\n\x08\n\6row-%02d" % i, timeout=30) for i in range(64)]
            for i, call in enumerate(calls):
                self.assertEqual(call.result(), b"\n\6row-%02d" % i)


class App(unittest.TestCase):
    def run_program(self, *arguments, **environment):
        return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=20,
                              env={**os.environ, **environment})

    def test_wrong_options(self):
        cases = [
            (["--port", "x"], {}, "--port: x is no port"),
            (["--port", "70000"], {}, "--port: 70000"),
            (["--port"], {}, "--port needs a value"),
            (["--nonsense"], {}, "--nonsense is no option"),
            (["nonsense"], {}, "nonsense is no option"),
            (["--port=1", "--listen", "nowhere"], {}, "--listen (SOTONG_LISTEN): nowhere"),
            (["--port=1", "--log-level", "loud"], {}, "--log-level (SOTONG_LOG): loud"),
            (["--port=1", "--peers", "x"], {}, "--peers (SOTONG_PEERS)"),
            (["--port=1"], {"SOTONG_PEERS": "x"}, "SOTONG_PEERS"),
            (["--port=1"], {"SOTONG_LOG": "x"}, "SOTONG_LOG"),
            ([], {"SOTONG_PORT": "x"}, "SOTONG_PORT: x is no port"),
        ]
        for arguments, environment, wanted in cases:
            done = self.run_program(*arguments, **environment)
            self.assertEqual(done.returncode, 2, (arguments, done.stderr))
            self.assertIn(wanted, done.stderr)

    def test_help_and_version(self):
        done = self.run_program("--help")
        self.assertEqual(done.returncode, 0)
        for option in ("--listen", "--port", "--data", "--facts", "--peers", "--log-level"):
            self.assertIn(option, done.stdout)
        done = self.run_program("--version")
        self.assertRegex(done.stdout, r"^runtime \d+\.\d+\.\d+\n$")

    def test_a_port_that_others_reach_is_warned_of(self):
        certificates = Certificates()
        self.addCleanup(certificates.cleanup)
        tls = ["--tls-certificate", certificates.certificate, "--tls-key", certificates.key]
        # Loopback in truth, but not to a reader who looks for 127.0.0.1 or ::1.
        mapped = ["--listen", "::ffff:127.0.0.1"]
        for options, wanted in (([], None), (tls, None),
                                (mapped, "--tls-client-ca (SOTONG_TLS_CLIENT_CA)"),
                                ([*mapped, *tls], "--tls-client-ca (SOTONG_TLS_CLIENT_CA)"),
                                ([*mapped, *tls, "--tls-client-ca", certificates.ca], None),
                                ([*mapped, *tls, "--tls-client-ca", certificates.ca, "--tls-plain", "on"],
                                 "--tls-plain off")):
            code, log = runtime_process.Process(*options).stop()
            with self.subTest(options, log=log):
                self.assertEqual(code, 0)
                warned = [line for line in log.splitlines() if "may read and write everything" in line]
                self.assertEqual(len(warned), 0 if wanted is None else 1)
                self.assertTrue(wanted is None or wanted in warned[0])

    def test_a_port_in_use(self):
        with socket.socket() as other, tempfile.TemporaryDirectory() as data:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]
            done = self.run_program("--port", str(port), "--data", data)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"port {port}", done.stderr)
        self.assertIn("in use", done.stderr)

    def test_a_store_that_cannot_be_opened(self):
        done = self.run_program("--port", "0", "--data", "/proc/none")
        self.assertEqual(done.returncode, 1)
        self.assertIn("/proc/none", done.stderr)

    def test_stops_in_order_with_clients_connected(self):
        for how in (signal.SIGTERM, signal.SIGINT):
            server = Process()
            idle = socket.create_connection(("127.0.0.1", server.port))
            idle.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            self.assertIn(b"200 OK", idle.recv(1000))
            server.process.send_signal(how)
            self.assertEqual(server.process.wait(5), 0)
            self.assertEqual(idle.recv(1000), b"")
            idle.close()
            self.assertIn("stopped", server.stop()[1])

    def resident_kib(self, server):
        status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0])

    def busy_connection(self, server):
        """One that has made many calls, one after the other, and stays open."""
        connection = http2_frames.Connection(server.port)
        for _ in range(CALLS_EACH // 65):
            for number in [connection.request("/", (), end=True, method="GET") for _ in range(65)]:
                self.assertEqual(connection.wait(number).fields[":status"], "200")
        connection.streams.clear()
        return connection

    @unittest.skipIf(SANITIZED, "sanitizers take memory and time")
    def test_idle_connections_stay_small(self):
        server = Process()
        self.addCleanup(server.process.kill)
        some = [self.busy_connection(server) for _ in range(60)]
        time.sleep(2)
        before = self.resident_kib(server)
        more = [self.busy_connection(server) for _ in range(240)]
        for _ in range(120): # What is idle gives its memory back after a while.
            time.sleep(0.5)
            each = (self.resident_kib(server) - before) / len(more)
            if each < CONNECTION_KIB_MAX:
                break
        self.assertLess(each, CONNECTION_KIB_MAX)
        for connection in some + more: # They still serve.
            number = connection.request("/", (), end=True, method="GET")
            self.assertEqual(connection.wait(number).fields[":status"], "200")
            connection.close()
        self.assertEqual(server.stop()[0], 0)

    @unittest.skipIf(SANITIZED, "sanitizers take memory and time")
    def test_starts_fast_and_stays_small(self):
        fastest = 1e9
        for _ in range(5): # The machine may be busy; the fastest says what it takes.
            server = Process()
            fastest = min(fastest, server.start_ms)
            self.assertLess(self.resident_kib(server), IDLE_KIB_MAX)
            self.assertEqual(server.stop()[0], 0)
        self.assertLess(fastest, START_MS_MAX)


if __name__ == "__main__":
    unittest.main()
