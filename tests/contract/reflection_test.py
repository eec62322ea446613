"""Reflection, as clients use it that have no .proto files: grpcurl, and python3-grpcio with a pool of
descriptors that it fills from what the service tells."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import warnings

os.environ["PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION"] = "python" # For classes by an older protoc.
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from foreign import LINE, run  # noqa: E402
from runtime_process import Process  # noqa: E402
from services import BUILD, SOURCE  # noqa: E402
from tools import go_tool  # noqa: E402

try:
    import grpc
    import grpc_tools  # noqa: F401
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
except ImportError:
    grpc = None

GRPC_PROTOS = pathlib.Path("/usr/share/grpc-proto")
BUDGET = "sotong.budget.v1.BudgetService"
SERVICES = {"grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
            "grpc.reflection.v1alpha.ServerReflection", "sotong.slice.v1.SliceService",
            *(f"sotong.budget.v1.{name}Service" for name in
              ("Breakdown", "Budget", "Contract", "Fund", "Ledger", "Plan", "Reservation", "Revenue"))}
NOT_FOUND = 5


class Budget(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Process("--facts", SOURCE / "services/budget/facts", program=BUILD / "bin/budget")
        cls.address = f"127.0.0.1:{cls.server.port}"

    @classmethod
    def tearDownClass(cls):
        code, log = cls.server.stop()
        assert code == 0, log


class Grpcurl(Budget):
    def grpcurl(self, *arguments, options=()):
        return run([go_tool("grpcurl"), "-plaintext", *options, self.address, *arguments])

    def test_list(self):
        self.assertEqual(set(self.grpcurl("list").split()), SERVICES)
        methods = self.grpcurl("list", BUDGET).split()
        self.assertIn(f"{BUDGET}.GetLine", methods)
        self.assertIn(f"{BUDGET}.WatchEvents", methods)

    def test_describe_everything(self):
        for service in SERVICES:
            self.assertIn(f"{service} is a service:", self.grpcurl("describe", service))
        told = self.grpcurl("describe", "sotong.budget.v1.ListLinesRequest")
        self.assertIn("int32 page_size = 3", told)
        self.assertIn("(.sotong.options.v1.bounds) = { range: { max: 1000 } }", told)
        self.assertIn("is an enum", self.grpcurl("describe", "sotong.budget.v1.EntryKind"))
        self.assertIn("is a field", self.grpcurl("describe", "sotong.budget.v1.Line.label"))
        with self.assertRaisesRegex(AssertionError, "not found"):
            self.grpcurl("describe", "sotong.budget.v1.Nothing")

    def test_call(self):
        line = json.loads(self.grpcurl(f"{BUDGET}/GetLine",
                                       options=["-d", f'{{"name": "{LINE}"}}']))["line"]
        self.assertEqual(line["currentWon"], "23036654000")

    def test_details_of_errors(self):
        done = subprocess.run([go_tool("grpcurl"), "-plaintext", "-d", '{"as_of": "2020-02-30"}',
                               self.address, f"{BUDGET}/GetExecution"],
                              capture_output=True, text=True, timeout=60)
        self.assertIn('"@type": "type.googleapis.com/google.rpc.BadRequest"', done.stderr)
        self.assertIn('"field": "as_of"', done.stderr)
        self.assertIn("is a message", self.grpcurl("describe", "google.rpc.Status"))

    def test_stream(self):
        done = subprocess.run([go_tool("grpcurl"), "-plaintext", "-max-time", "2", self.address,
                               f"{BUDGET}/WatchEvents"], capture_output=True, text=True, timeout=60)
        self.assertIn('"sequence": "1"', done.stdout)
        self.assertIn("DeadlineExceeded", done.stderr)


@unittest.skipIf(grpc is None, "python3-grpcio, python3-grpc-tools are not installed")
class Grpcio(Budget):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = tempfile.TemporaryDirectory(prefix="sotong-reflection-")
        files = [f"grpc/reflection/{version}/reflection.proto" for version in ("v1", "v1alpha")]
        run([sys.executable, "-m", "grpc_tools.protoc", f"-I{GRPC_PROTOS}",
             f"--python_out={cls.folder.name}", *files])
        cls.kinds = {}
        for version in ("v1", "v1alpha"):
            # The package grpc is taken; the files lie behind it.
            sys.path.insert(0, f"{cls.folder.name}/grpc/reflection/{version}")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                cls.kinds[version] = __import__("reflection_pb2")
            sys.modules.pop("reflection_pb2")
            sys.path.pop(0)
        cls.channel = grpc.insecure_channel(cls.address)

    @classmethod
    def tearDownClass(cls):
        cls.channel.close()
        cls.folder.cleanup()
        super().tearDownClass()

    def ask(self, *questions, version="v1"):
        """The answers of one stream."""
        kind = self.kinds[version]
        method = self.channel.stream_stream(
            f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo",
            request_serializer=kind.ServerReflectionRequest.SerializeToString,
            response_deserializer=kind.ServerReflectionResponse.FromString)
        requests = [kind.ServerReflectionRequest(host="h", **question) for question in questions]
        answers = list(method(iter(requests), timeout=60))
        self.assertEqual([answer.original_request for answer in answers], requests)
        self.assertEqual({answer.valid_host for answer in answers} - {"h"}, set())
        return answers

    def test_both_versions(self):
        for version in ("v1", "v1alpha"):
            with self.subTest(version):
                listed, file, wrong, again = self.ask(
                    {"list_services": ""}, {"file_containing_symbol": BUDGET},
                    {"file_by_filename": "none.proto"}, {"list_services": "*"}, version=version)
                [details] = self.ask({"file_containing_symbol": "google.rpc.ErrorInfo"}, version=version)
                self.assertTrue(details.file_descriptor_response.file_descriptor_proto)
                names = {one.name for one in listed.list_services_response.service}
                self.assertEqual(names, SERVICES)
                self.assertTrue(file.file_descriptor_response.file_descriptor_proto)
                self.assertEqual(wrong.error_response.error_code, NOT_FOUND)
                self.assertEqual(again.list_services_response, listed.list_services_response)

    def test_a_client_without_files_calls(self):
        [answer] = self.ask({"file_containing_symbol": BUDGET})
        pool = descriptor_pool.DescriptorPool()
        files = [descriptor_pb2.FileDescriptorProto.FromString(one)
                 for one in answer.file_descriptor_response.file_descriptor_proto]
        waiting = {file.name: file for file in files}

        def add(name):
            file = waiting.pop(name, None)
            for needed in file.dependency if file else ():
                add(needed)
            if file:
                pool.Add(file)

        for name in list(waiting):
            add(name)
        method = pool.FindServiceByName(BUDGET).FindMethodByName("GetLine")
        factory = message_factory.MessageFactory(pool)
        request = factory.GetPrototype(method.input_type)
        response = factory.GetPrototype(method.output_type)
        call = self.channel.unary_unary(f"/{BUDGET}/GetLine", request.SerializeToString,
                                        response.FromString)
        self.assertEqual(call(request(name=LINE), timeout=60).line.current_won, 23036654000)

    def test_a_stream_of_many_questions(self):
        answers = self.ask(*[{"file_containing_symbol": BUDGET}] * 200)
        self.assertEqual(len(answers), 200)


class Off(unittest.TestCase):
    def test_off(self):
        server = Process("--reflection", "off")
        try:
            with self.assertRaisesRegex(AssertionError, "does not support the reflection API"):
                run([go_tool("grpcurl"), "-plaintext", f"127.0.0.1:{server.port}", "list"])
        finally:
            self.assertEqual(server.stop()[0], 0)


if __name__ == "__main__":
    unittest.main()
