"""Clients that others wrote, against the budget service with the facts of real reports, plain and over
TLS: each reads, is told what is wrong with a request, watches the service's health, and is stopped by
its deadline, in every protocol that it speaks."""

import os
import pathlib
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from certificates import Certificates  # noqa: E402
from foreign import (  # noqa: E402
    CLIENTS, LINE, ForeignTest, bundle_javascript, fails, generate_python, run)
from services import BUILD, SOURCE  # noqa: E402
from tools import go_tool, need, npm_tool  # noqa: E402

SERVICE = "sotong.budget.v1.BudgetService"
HEALTH_UNKNOWN = 3 # grpc-health-probe's exit code when a service is not SERVING.


class OverPlainText(ForeignTest):
    scheme = "http"
    environment = {}
    grpcurl_security = ["-plaintext"]
    probe_security = []
    buf_security = ["--http2-prior-knowledge"]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = tempfile.TemporaryDirectory(prefix="sotong-foreign-")
        cls.files = pathlib.Path(cls.folder.name)
        cls.url = f"{cls.scheme}://{cls.address}"

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.folder.cleanup()

    def node(self, name):
        if shutil.which("node") is None:
            self.skipTest("node is not installed (deploy/dev packages)")
        return ["node", bundle_javascript(self.files, name, "node")]

    def ask_and_check(self, command, **environment):
        self.check(self.ask(command, env={**os.environ, **self.environment, **environment}))

    def test_connect_node(self):
        ways = ["connect:1.1:binary", "connect:2:binary", "connect:1.1:json", "connect:2:json",
                "connect:1.1:get", "connect:2:get", "connect:1.1:gzip", "connect:2:gzip",
                "grpc-web:1.1:binary", "grpc-web:1.1:gzip", "grpc-web:2:json", "grpc-web:2:gzip",
                "grpc:2:binary", "grpc:2:json", "grpc:2:gzip"]
        answers = self.ask([*self.node("connect_node_client"), self.url, *ways],
                           env={**os.environ, **self.environment})
        self.assertEqual(list(answers), ways)
        for way in ways:
            with self.subTest(way):
                self.check(answers[way])
                if way.endswith("gzip"):
                    self.assertEqual(answers[way]["encoding"], "gzip")

    def test_grpc_js(self):
        client = self.node("grpc_js_client")
        for form in ("plain", "gzip"):
            with self.subTest(form):
                self.ask_and_check([*client, self.address, form])

    def test_grpc_cpp(self):
        client = need(BUILD / "tests/grpc-cpp-client")
        for form in ("plain", "gzip"):
            with self.subTest(form):
                self.ask_and_check([client, self.address, form])

    def test_grpcio(self):
        try:
            import grpc  # noqa: F401
            import grpc_tools  # noqa: F401
        except ImportError:
            self.skipTest("python3-grpcio, python3-grpc-tools are not installed (deploy/dev packages)")
        classes = self.files / "python"
        classes.mkdir()
        generate_python(classes)
        for form in ("plain", "gzip"):
            with self.subTest(form):
                self.ask_and_check([sys.executable, CLIENTS / "grpcio_calls.py", self.address, form],
                                   PYTHONPATH=str(classes), PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION="python")

    def grpcurl(self, *words):
        return [go_tool("grpcurl"), *self.grpcurl_security, "-max-time", "60", *words]

    def test_grpcurl_learns_the_contracts_by_reflection(self):
        listed = run(self.grpcurl(self.address, "list")).split()
        for service in (SERVICE, "grpc.health.v1.Health", "sotong.slice.v1.SliceService"):
            self.assertIn(service, listed)
        self.assertIn("rpc GetLine (", run(self.grpcurl(self.address, "describe", SERVICE)))
        line = self.ask(self.grpcurl("-d", f'{{"name": "{LINE}"}}', self.address,
                                     f"{SERVICE}/GetLine"))["line"]
        self.assertEqual(line["currentWon"], "23036654000")

    def test_grpcurl_lists_the_health_of_all(self):
        statuses = self.ask(self.grpcurl(self.address, "grpc.health.v1.Health/List"))["statuses"]
        services = set(run(self.grpcurl(self.address, "list")).split())
        self.assertEqual(set(statuses), services | {""})
        self.assertEqual({one["status"] for one in statuses.values()}, {"SERVING"})

    def test_grpcurl_reads_errors(self):
        said = fails(self.grpcurl(
            "-import-path", SOURCE / "protos", "-import-path", "/usr/include",
            "-proto", "sotong/budget/v1/budget.proto", "-proto", "google/rpc/error_details.proto",
            "-d", '{"as_of": "2020-02-30"}', self.address, f"{SERVICE}/GetExecution"))
        for part in ("Code: InvalidArgument", "google.rpc.BadRequest", '"field": "as_of"'):
            self.assertIn(part, said)

    def test_grpcurl_watches_until_its_deadline(self):
        said = fails([go_tool("grpcurl"), *self.grpcurl_security, "-max-time", "1", self.address,
                      "grpc.health.v1.Health/Watch"])
        self.assertIn('"status": "SERVING"', said)
        self.assertIn("DeadlineExceeded", said)

    def test_buf_curl(self):
        for protocol in ("connect", "grpc", "grpcweb"):
            with self.subTest(protocol):
                command = [npm_tool("buf"), "curl", "--schema", SOURCE / "protos", "--protocol", protocol,
                           *self.buf_security]
                line = self.ask([*command, "-d", f'{{"name": "{LINE}"}}',
                                 f"{self.url}/{SERVICE}/GetLine"])["line"]
                self.assertEqual(line["label"], "120다산콜재단 운영")
                said = fails([*command, "-d", '{"as_of": "2020-02-30"}',
                              f"{self.url}/{SERVICE}/GetExecution"])
                for part in ('"code": "invalid_argument"', "google.rpc.BadRequest"):
                    self.assertIn(part, said)

    def test_grpc_health_probe(self):
        probe = [go_tool("grpc-health-probe"), *self.probe_security, "-addr", self.address]
        for service in ("", SERVICE):
            for compression in ([], ["-gzip"]):
                run([*probe, "-service", service, *compression, "-rpc-timeout", "60s"])
        self.assertRegex(fails([*probe, "-service", "no.such.Service"]),
                         f"exit {HEALTH_UNKNOWN}\n.*NotFound")


class OverTls(OverPlainText):
    scheme = "https"

    @classmethod
    def setUpClass(cls):
        certificates = Certificates()
        cls.addClassCleanup(certificates.cleanup)
        ca = certificates.ca
        cls.options = ("--tls-certificate", certificates.certificate, "--tls-key", certificates.key)
        cls.environment = {"TEST_CA": str(ca)}
        cls.grpcurl_security = ["-cacert", ca]
        cls.probe_security = ["-tls", "-tls-ca-cert", ca]
        cls.buf_security = ["--cacert", ca]
        super().setUpClass()


if __name__ == "__main__":
    unittest.main()
