"""Clients that others wrote, against the budget service with the facts of real reports: each reads,
is told what is wrong with a request, and gets what its protocols can do."""

import os
import pathlib
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from foreign import (  # noqa: E402
    CLIENTS, LINE, PROTO_ROOTS, ForeignTest, bundle_javascript, generate_python, run)
from services import BUILD  # noqa: E402
from tools import go_tool, need  # noqa: E402

# Server streams are asked for too.
STREAMS = False
STEPS = "streams" if STREAMS else "unary"
HEALTH_UNKNOWN = 3 # grpc-health-probe's exit code when a service is not SERVING.


class Foreign(ForeignTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = tempfile.TemporaryDirectory(prefix="sotong-foreign-")
        cls.files = pathlib.Path(cls.folder.name)

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        cls.folder.cleanup()

    def node(self, name):
        if shutil.which("node") is None:
            self.skipTest("node is not installed (deploy/dev packages)")
        return ["node", bundle_javascript(self.files, name, "node")]

    def test_connect_node(self):
        client = self.node("connect_node_client")
        for protocol, version, form in (
                ("connect", "1.1", "binary"), ("connect", "2", "binary"),
                ("connect", "1.1", "json"), ("connect", "2", "json"),
                ("connect", "1.1", "get"), ("connect", "2", "get"),
                ("grpc", "2", "binary"), ("grpc", "2", "json")):
            with self.subTest(protocol=protocol, version=version, form=form):
                self.check(self.ask([*client, self.url, protocol, version, form, STEPS]), STREAMS)

    def test_grpc_js(self):
        client = self.node("grpc_js_client")
        for form in ("plain",):
            with self.subTest(form):
                self.check(self.ask([*client, self.address, form, STEPS]), STREAMS)

    def test_grpc_cpp(self):
        client = need(BUILD / "tests/grpc-cpp-client")
        for form in ("plain",):
            with self.subTest(form):
                self.check(self.ask([client, self.address, form, STEPS]), STREAMS)

    def test_grpcio(self):
        try:
            import grpc  # noqa: F401
            import grpc_tools  # noqa: F401
        except ImportError:
            self.skipTest("python3-grpcio, python3-grpc-tools are not installed (deploy/dev packages)")
        classes = self.files / "python"
        classes.mkdir()
        generate_python(classes)
        environment = {**os.environ, "PYTHONPATH": str(classes),
                       "PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION": "python"}
        for form in ("plain",):
            with self.subTest(form):
                self.check(self.ask([sys.executable, CLIENTS / "grpcio_calls.py", self.address, form,
                                     STEPS], env=environment), STREAMS)

    def test_grpcurl(self):
        grpcurl = go_tool("grpcurl")
        schema = [word for root in PROTO_ROOTS for word in ("-import-path", root)]
        schema += ["-proto", "sotong/budget/v1/budget.proto", "-proto", "google/rpc/error_details.proto"]
        line = self.ask([grpcurl, "-plaintext", *schema, "-d", f'{{"name": "{LINE}"}}', self.address,
                         "sotong.budget.v1.BudgetService/GetLine"])["line"]
        self.assertEqual(line["currentWon"], "23036654000")
        with self.assertRaises(AssertionError) as raised:
            run([grpcurl, "-plaintext", *schema, "-d", '{"as_of": "2020-02-30"}', self.address,
                 "sotong.budget.v1.BudgetService/GetExecution"])
        for part in ("Code: InvalidArgument", "google.rpc.BadRequest", '"field": "as_of"'):
            self.assertIn(part, str(raised.exception))

    def test_grpc_health_probe(self):
        probe = go_tool("grpc-health-probe")
        for service in ("", "sotong.budget.v1.BudgetService"):
            run([probe, "-addr", self.address, "-service", service])
        with self.assertRaisesRegex(AssertionError, f"exit {HEALTH_UNKNOWN}\n.*NotFound"):
            run([probe, "-addr", self.address, "-service", "no.such.Service"])


if __name__ == "__main__":
    unittest.main()
