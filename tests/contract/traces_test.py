"""Traces: spans of calls as a collector of them gets them, and how they hang together."""

import json
import pathlib
import subprocess
import sys
import time
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from otlp_receiver import Receiver  # noqa: E402
from runtime_process import Process  # noqa: E402
from services import SOURCE, Services  # noqa: E402

RUNTIME = "sotong.runtime.v1.RuntimeService"
TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SERVER, CLIENT, ERROR = 2, 3, 2


def post(url, message, **fields):
    request = urllib.request.Request(url, json.dumps(message).encode(),
                                     {"Content-Type": "application/json", **fields})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


class OneService(unittest.TestCase):
    def serve(self, receiver, *options):
        server = Process("--otlp-endpoint", receiver.url, *options)
        self.addCleanup(receiver.stop)
        self.server = server
        self.log = None
        self.addCleanup(self.stop)
        return f"http://127.0.0.1:{server.port}"

    def stop(self):
        if self.log is None:
            code, self.log = self.server.stop()
            self.assertEqual(code, 0, self.log)
        return self.log

    def counts(self, url):
        with urllib.request.urlopen(f"{url}/metrics", timeout=60) as answer:
            lines = answer.read().decode().splitlines()
        prefix = 'sotong_trace_spans_total{result="'
        return {line[len(prefix):].split('"')[0]: int(line.split()[-1])
                for line in lines if line.startswith(prefix)}

    def wait_for(self, url, result, count):
        end = time.monotonic() + 60
        while self.counts(url)[result] < count:
            self.assertLess(time.monotonic(), end, self.counts(url))
            time.sleep(0.05)

    def test_a_span_a_call(self):
        receiver = Receiver()
        url = self.serve(receiver)
        before = time.time_ns()
        self.assertEqual(post(f"{url}/{RUNTIME}/PutRow", {"row": {"name": "a"}, "waitMs": 30}), 200)
        after = time.time_ns()
        post(f"{url}/{RUNTIME}/Fail", {"code": 13})
        post(f"{url}/{RUNTIME}/Fail", {"code": 5}, traceparent=f"00-{TRACE}-{SPAN}-01")
        post(f"{url}/grpc.health.v1.Health/Check", {})
        [(service, span, attributes)] = receiver.wait("PutRow")
        self.assertEqual(service, "runtime")
        self.assertEqual(span.name, f"{RUNTIME}/PutRow")
        self.assertEqual(span.kind, SERVER)
        self.assertEqual((len(span.trace_id), len(span.span_id), span.parent_span_id), (16, 8, b""))
        self.assertTrue(before - 10**6 <= span.start < span.end <= after + 10**6,
                        (before, span.start, span.end, after))
        self.assertGreaterEqual(span.end - span.start, 30 * 10**6)
        self.assertEqual(span.status.code, 0)
        self.assertEqual(attributes, {"rpc.system": "connect_rpc", "rpc.service": RUNTIME,
                                      "rpc.method": "PutRow", "rpc.grpc.status_code": 0})
        # Either loop of the server may have served either call.
        missing, failed = sorted(receiver.wait("Fail", 2),
                                 key=lambda span: span[2]["rpc.grpc.status_code"])
        self.assertEqual((failed[1].status.code, failed[1].status.message), (ERROR, "INTERNAL"))
        self.assertEqual(failed[2]["rpc.grpc.status_code"], 13)
        self.assertEqual(missing[1].status.code, 0)
        self.assertEqual(missing[1].trace_id.hex(), TRACE)
        self.assertEqual(missing[1].parent_span_id.hex(), SPAN)
        self.assertNotEqual(missing[1].span_id.hex(), SPAN)
        self.assertEqual({request[:2] for request in receiver.requests},
                         {("/v1/traces", "application/x-protobuf")})
        self.stop()
        self.assertEqual(receiver.named("Check"), [])

    def test_what_waits_is_sent_at_the_end(self):
        receiver = Receiver()
        url = self.serve(receiver)
        for i in range(20):
            post(f"{url}/{RUNTIME}/GetRow", {"name": "a"})
        self.stop()
        self.assertEqual(len(receiver.named("GetRow")), 20)

    def test_sampling(self):
        receiver = Receiver()
        url = self.serve(receiver, "--trace-ratio", "0")
        post(f"{url}/{RUNTIME}/GetRow", {"name": "a"})
        post(f"{url}/{RUNTIME}/GetRow", {"name": "a"}, traceparent=f"00-{TRACE}-{SPAN}-00")
        post(f"{url}/{RUNTIME}/GetRow", {"name": "a"}, traceparent=f"00-{TRACE}-{SPAN}-01-")
        post(f"{url}/{RUNTIME}/Fail", {"code": 5}, traceparent=f"00-{TRACE}-{SPAN}-01")
        self.stop()
        self.assertEqual([span.name for _, span, _ in receiver.spans], [f"{RUNTIME}/Fail"])

    def test_a_collector_that_is_busy_is_asked_again(self):
        receiver = Receiver(503, 429)
        url = self.serve(receiver)
        post(f"{url}/{RUNTIME}/GetRow", {"name": "a"})
        receiver.wait("GetRow")
        self.wait_for(url, "exported", 1)
        self.assertEqual([status for _, _, status in receiver.requests], [503, 429, 200])
        self.assertNotIn("takes no spans", self.stop())

    def test_a_collector_that_refuses_is_not(self):
        receiver = Receiver(400)
        url = self.serve(receiver)
        post(f"{url}/{RUNTIME}/GetRow", {"name": "a"})
        self.wait_for(url, "unsent", 1)
        post(f"{url}/{RUNTIME}/GetRow", {"name": "a"})
        self.wait_for(url, "exported", 1)
        log = self.stop()
        self.assertIn("takes no spans: it answers with HTTP status 400", log)
        self.assertIn("takes spans again", log)

    def test_no_collector(self):
        receiver = Receiver()
        url = self.serve(receiver)
        receiver.server.socket.close()
        receiver.server.shutdown()
        for _ in range(3):
            self.assertEqual(post(f"{url}/{RUNTIME}/GetRow", {"name": "a"}), 404)
        self.wait_for(url, "unsent", 3)
        self.assertEqual(self.counts(url)["exported"], 0)
        self.assertEqual(self.stop().count("takes no spans"), 1)

    def test_a_collector_that_hangs_holds_up_no_call(self):
        count = 4000 # More than a ring and a batch hold.
        receiver = Receiver()
        receiver.held.set()
        url = self.serve(receiver, "--log-calls", "none", "--threads", "1") # One ring.
        message = "%7B%22name%22%3A%22[1-{}]%22%7D".format(count)
        done = subprocess.run(
            ["curl", "-sS", "--parallel", "--parallel-max", "8", "-o", "/dev/null",
             f"{url}/{RUNTIME}/GetRow?encoding=json&message={message}"],
            capture_output=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        dropped = self.counts(url)["dropped"]
        self.assertGreater(dropped, 0)
        receiver.held.clear()
        end = time.monotonic() + 60
        while sum(self.counts(url).values()) < count:
            self.assertLess(time.monotonic(), end, self.counts(url))
            time.sleep(0.05)
        self.assertLessEqual(self.counts(url)["dropped"], dropped)


class TwoServices(unittest.TestCase):
    def test_the_parts_of_a_call_hang_together(self):
        receiver = Receiver()
        self.addCleanup(receiver.stop)
        services = Services()
        services.environment["SOTONG_OTLP"] = receiver.url
        with services:
            services.import_text((SOURCE / "tests/fixtures/hanbit-2023.txt").read_bytes(), "hanbit",
                                 as_of="2023-06-30")
            url = f"{services.url('report')}/sotong.report.v1.ReportService/ComposeReport"
            self.assertEqual(post(url, {"asOf": "2023-06-30", "publisher": ""},
                                  traceparent=f"00-{TRACE}-{SPAN}-01"), 200)
        composed = [span for service, span, _ in receiver.named("ComposeReport")]
        self.assertEqual([span.kind for span in composed], [SERVER])
        self.assertEqual([span.trace_id.hex() for span in composed], [TRACE])
        self.assertEqual(composed[0].parent_span_id.hex(), SPAN)
        asked = [(service, span) for service, span, _ in receiver.spans
                 if span.trace_id.hex() == TRACE and span != composed[0]]
        self.assertIn("budget", {service for service, _ in asked})
        # Who calls has a span, and who is called has one below it.
        calls = {span.span_id: span for service, span in asked if span.kind == CLIENT}
        self.assertEqual({service for service, span in asked if span.kind == CLIENT}, {"report"})
        for service, span in asked:
            if span.kind == SERVER:
                self.assertEqual(calls.pop(span.parent_span_id).name, span.name)
            else:
                self.assertEqual(span.parent_span_id, composed[0].span_id)
            self.assertGreaterEqual(span.start, composed[0].start - 10**6)
            self.assertLessEqual(span.end, composed[0].end + 10**6)
        self.assertEqual(calls, {})
        # The import's deliveries belong to the import.
        [(_, imported, _)] = [one for one in receiver.named("ImportReport")][:1]
        puts = receiver.named("PutSlice")
        self.assertIn("budget", {service for service, _, _ in puts})
        calls = {span.span_id: (span, told) for _, span, told in puts if span.kind == CLIENT}
        for service, span, _ in puts:
            self.assertEqual(span.trace_id, imported.trace_id)
            if span.kind == CLIENT:
                self.assertEqual(span.parent_span_id, imported.span_id)
                continue
            call, told = calls[span.parent_span_id]
            self.assertEqual((told["peer.service"], told["rpc.method"]), (service, "PutSlice"))
            self.assertLessEqual(call.start, span.start + 10**6)
            self.assertGreaterEqual(call.end, span.end - 10**6)


class Propagation(unittest.TestCase):
    def test_services_log_who_calls(self):
        with Services() as services:
            services.import_text((SOURCE / "tests/fixtures/hanbit-2023.txt").read_bytes(), "hanbit",
                                 as_of="2023-06-30")
            services.stop("budget")
            log = services.log("budget")
        callers = [json.loads(line).get("caller") for line in log.splitlines() if "PutSlice" in line]
        self.assertEqual(set(callers), {"report"})


if __name__ == "__main__":
    unittest.main()
