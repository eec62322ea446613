"""What a service shows of itself: its metrics, read by the parsers of Prometheus's own Python client,
and its log."""

import json
import pathlib
import socket
import subprocess
import sys
import unittest
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from runtime_process import Process  # noqa: E402

try:
    import prometheus_client.openmetrics.parser as openmetrics
    import prometheus_client.parser as prometheus
except ImportError:
    prometheus = openmetrics = None

SERVICE = "sotong.runtime.v1.RuntimeService"
HEALTH = "grpc.health.v1.Health"
BUCKETS = 19 # Of a latency, with that of the rest.


class Server(unittest.TestCase):
    options = []

    def setUp(self):
        self.server = Process(*self.options)
        self.url = f"http://127.0.0.1:{self.server.port}"
        self.stopped = False

    def tearDown(self):
        if not self.stopped:
            self.stop()

    def stop(self):
        self.stopped = True
        code, log = self.server.stop()
        self.assertEqual(code, 0, log)
        return log

    def call(self, method, message, service=SERVICE, **fields):
        request = urllib.request.Request(
            f"{self.url}/{service}/{method}", json.dumps(message).encode(),
            {"Content-Type": "application/json", **fields})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            error.close()
            return error.code

    def get(self, path, **fields):
        with urllib.request.urlopen(urllib.request.Request(self.url + path, headers=fields),
                                    timeout=60) as answer:
            return answer.headers["Content-Type"], answer.read().decode()


@unittest.skipIf(prometheus is None, "python3-prometheus-client is not installed")
class Metrics(Server):
    def samples(self, parser=prometheus, **fields):
        kind, text = self.get("/metrics", **fields)
        families = list(parser.text_string_to_metric_families(text))
        names = [family.name for family in families]
        self.assertEqual(len(names), len(set(names)), "a family stands in one place")
        for family in families:
            self.assertNotIn(family.type, ("unknown", "untyped"), family.name)
            self.assertTrue(family.documentation, family.name)
        found = {}
        for family in families:
            for sample in family.samples:
                key = (sample.name, *sorted(sample.labels.items()))
                self.assertNotIn(key, found, "a sample stands once")
                found[key] = sample.value
        return kind, found

    def value(self, samples, name, **labels):
        return samples.get((name, *sorted(labels.items())))

    def test_both_formats(self):
        self.call("PutRow", {"row": {"name": "a"}})
        kind, plain = self.samples()
        self.assertEqual(kind, "text/plain; version=0.0.4; charset=utf-8")
        kind, open_ = self.samples(openmetrics, Accept="application/openmetrics-text;version=1.0.0")
        self.assertEqual(kind, "application/openmetrics-text; version=1.0.0; charset=utf-8")
        self.assertEqual({key for key in plain if not key[0].startswith("process_")},
                         {key for key in open_ if not key[0].startswith("process_")})
        self.assertEqual(self.value(plain, "sotong_build_info", service="runtime",
                                    version=self.get("/")[1].split()[1]), 1)

    def test_calls_are_counted(self):
        for _ in range(3):
            self.assertEqual(self.call("PutRow", {"row": {"name": "a", "text": "x" * 1000}}) in
                             (200, 409), True)
        self.assertEqual(self.call("GetRow", {"name": "a"}), 200)
        self.assertEqual(self.call("GetRow", {"name": "none"}), 404)
        self.assertEqual(self.call("Nothing", {}), 404)
        _, samples = self.samples()
        method = {"service": SERVICE, "protocol": "connect"}
        for name, code, count in (("PutRow", "OK", 1), ("PutRow", "ALREADY_EXISTS", 2),
                                  ("GetRow", "OK", 1), ("GetRow", "NOT_FOUND", 1),
                                  ("GetRow", "INTERNAL", None), ("AddToRow", "OK", None)):
            self.assertEqual(self.value(samples, "sotong_rpc_calls_total", **method, method=name,
                                        code=code), count, (name, code))
        of_get = {"service": SERVICE, "method": "GetRow"}
        self.assertEqual(self.value(samples, "sotong_rpc_call_duration_seconds_count", **of_get), 2)
        self.assertGreater(self.value(samples, "sotong_rpc_call_duration_seconds_sum", **of_get), 0)
        buckets = [value for key, value in samples.items()
                   if key[0] == "sotong_rpc_call_duration_seconds_bucket"
                   and ("method", "GetRow") in key]
        self.assertEqual(len(buckets), BUCKETS)
        self.assertEqual(buckets, sorted(buckets))
        of_put = {"service": SERVICE, "method": "PutRow"}
        sent = self.value(samples, "sotong_rpc_request_bytes_total", **of_put)
        self.assertTrue(3000 < sent < 3300, sent)
        received = self.value(samples, "sotong_rpc_response_bytes_total", **of_put)
        self.assertTrue(1000 < received < 1100, received)
        self.assertEqual(self.value(samples, "sotong_rpc_calls_in_flight"), 0)
        self.assertEqual(self.value(samples, "sotong_rpc_streams_open"), 0)
        for lane in ("write", "flow"):
            self.assertEqual(self.value(samples, "sotong_lane_queue_length", lane=lane), 0)

    def test_commits_are_counted(self):
        for i in range(5):
            self.assertEqual(self.call("PutRow", {"row": {"name": f"row {i}"}}), 200)
        _, samples = self.samples()
        self.assertEqual(self.value(samples, "sotong_store_commit_calls_sum"), 5)
        commits = self.value(samples, "sotong_store_commit_calls_count")
        self.assertTrue(1 <= commits <= 5, commits)
        self.assertEqual(self.value(samples, "sotong_store_commit_duration_seconds_count"), commits)
        self.assertEqual(self.value(samples, "sotong_store_commit_failures_total"), 0)

    def test_waiting_calls_show(self):
        waiting = [subprocess.Popen(
            ["curl", "-sS", "-H", "Content-Type: application/json", "-d",
             json.dumps({"row": {"name": f"slow {i}"}, "waitMs": 2000}),
             f"{self.url}/{SERVICE}/PutRow"], stdout=subprocess.DEVNULL) for i in range(3)]
        most = 0
        while most < 3 and any(one.poll() is None for one in waiting):
            _, samples = self.samples()
            most = max(most, self.value(samples, "sotong_rpc_calls_in_flight"))
        self.assertEqual(most, 3)
        for one in waiting:
            self.assertEqual(one.wait(60), 0)

    def test_labels_are_never_what_a_peer_sent(self):
        self.call("Secret", {}, service="some.Secret")
        self.call("GetRow", {"name": "secret"}, **{"User-Agent": "secret", "X-Secret": "secret"})
        self.assertNotIn("secret", self.get("/metrics")[1].lower())

    def test_connections_and_limits_are_counted(self):
        self.call("GetRow", {"name": "none"})
        _, samples = self.samples()
        self.assertGreaterEqual(self.value(samples, "sotong_http_connections_total"), 2)
        self.assertGreaterEqual(self.value(samples, "sotong_http_connections_open"), 1)
        self.assertGreaterEqual(self.value(samples, "sotong_http_requests_total"), 2)
        self.assertGreater(self.value(samples, "sotong_http_received_bytes_total"), 100)
        self.assertEqual(self.value(samples, "sotong_http_heads_refused_total"), 0)
        with socket.create_connection(("127.0.0.1", self.server.port), 60) as peer:
            peer.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
            self.assertIn(b" 400 ", peer.recv(4096))
        _, samples = self.samples()
        self.assertEqual(self.value(samples, "sotong_http_heads_refused_total"), 1)

    def test_the_process_is_described(self):
        _, samples = self.samples()
        status = pathlib.Path(f"/proc/{self.server.process.pid}/status").read_text()
        resident = int(status.split("VmRSS:")[1].split()[0]) * 1024
        told = self.value(samples, "process_resident_memory_bytes")
        self.assertTrue(resident / 2 < told < resident * 2, (told, resident))
        self.assertGreater(self.value(samples, "process_open_fds"), 3)
        started = self.value(samples, "process_start_time_seconds")
        self.assertLess(abs(started - self.server.started), 60)

    def test_other_methods_are_refused(self):
        request = urllib.request.Request(f"{self.url}/metrics", b"x", {"Content-Type": "text/plain"})
        with self.assertRaises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=60)
        refused.exception.close()
        self.assertEqual(refused.exception.code, 405)


def calls(log):
    lines = [json.loads(line) for line in log.splitlines()]
    return [line for line in lines if line["message"] == "call"]


class Log(Server):
    options = ["--threads", "1"] # A loop writes its lines in the order of its calls.
    def test_a_line_a_call(self):
        trace = "4bf92f3577b34da6a3ce929d0e0e4736"
        self.call("PutRow", {"row": {"name": "a", "text": "very secret"}})
        self.call("GetRow", {"name": "none"}, traceparent=f"00-{trace}-00f067aa0ba902b7-01")
        self.call("GetRow", {"secret": 1}, traceparent=f"00-{trace}-00f067aa0ba902b7-1")
        self.call("Fail", {"code": 13, "message": "broken"}, **{"User-Agent": "sotong/report"})
        self.call("Fail", {"code": 9}, **{"User-Agent": "sotong/secret"})
        self.call("Check", {}, service=HEALTH)
        log = self.stop()
        self.assertNotIn("secret", log)
        lines = calls(log)
        self.assertEqual([(line["method"], line["code"], line["level"]) for line in lines],
                         [(f"{SERVICE}/PutRow", "OK", "info"),
                          (f"{SERVICE}/GetRow", "NOT_FOUND", "info"),
                          (f"{SERVICE}/GetRow", "INVALID_ARGUMENT", "info"),
                          (f"{SERVICE}/Fail", "INTERNAL", "error"),
                          (f"{SERVICE}/Fail", "FAILED_PRECONDITION", "info")])
        for line in lines:
            self.assertEqual(line["service"], "runtime")
            self.assertEqual(line["protocol"], "connect")
            self.assertGreater(line["duration_us"], 0)
            self.assertGreater(line["bytes_in"], 0)
            self.assertRegex(line["trace_id"], "^[0-9a-f]{32}$")
            self.assertEqual(line["code"] == "OK", line["bytes_out"] > 0)
        self.assertEqual(len({line["trace_id"] for line in lines}), 5)
        self.assertEqual(lines[1]["trace_id"], trace)
        self.assertEqual([line.get("reason") for line in lines],
                         [None, "there is no row none", None, "broken", "failed_precondition"])
        self.assertEqual([line.get("caller") for line in lines], [None, None, None, "report", None])

    def test_a_flood_is_bounded(self):
        count = 1500
        done = subprocess.run(
            ["curl", "-sS", "--parallel", "--parallel-max", "8", "-o", "/dev/null",
             f"{self.url}/{SERVICE}/GetRow?encoding=json&message=%7B%22name%22%3A%22[1-{count}]%22%7D"],
            capture_output=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        shown = self.get("/metrics")[1].split("\nsotong_log_calls_omitted_total ")[1]
        omitted = int(float(shown.split("\n")[0]))
        self.assertEqual(len(calls(self.stop())) + omitted, count)


class FailedOnly(Server):
    options = ["--log-calls", "failed", "--threads", "1"]

    def test_failed_calls_alone(self):
        self.call("PutRow", {"row": {"name": "a"}})
        self.call("GetRow", {"name": "none"})
        self.assertEqual([line["code"] for line in calls(self.stop())], ["NOT_FOUND"])


class NoCalls(Server):
    options = ["--log-calls", "none"]

    def test_no_calls(self):
        self.call("GetRow", {"name": "none"})
        self.assertEqual(calls(self.stop()), [])


class Text(Server):
    options = ["--log-format", "text", "--log-level", "debug", "--threads", "1"]

    def test_text_for_a_person(self):
        self.call("Fail", {"code": 9, "message": "a\nline \"quoted\""})
        self.call("Check", {}, service=HEALTH)
        lines = self.stop().splitlines()
        self.assertRegex(lines[1], r'^\S+Z info    runtime: call method=\S+/Fail '
                         r'code=FAILED_PRECONDITION .* '
                         r'reason="a\\u000aline \\"quoted\\""$')
        self.assertRegex(lines[2], r"^\S+Z debug   runtime: call method=\S+/Check code=OK ")


if __name__ == "__main__":
    unittest.main()
