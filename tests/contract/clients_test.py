"""Foreign clients against the five services: buf curl (Connect and gRPC), curl with JSON, and
python3-grpcio with classes made from the same schemas."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from services import SOURCE, Services  # noqa: E402
from tools import npm_tool  # noqa: E402

PROTOS = SOURCE / "protos"
REPORT = """2031 주요업무보고

2031. 3. 31.

하늘소통관

□ 예산

(단위 : 천원, 2031.3.31. 기준)

| 부서/사업명 | 예산현액 | 원인행위액 | 집행액 | 집행률 |
|---|---|---|---|---|
| 합 계 | 3,000 | 2,000 | 1,000 | 33.3% |
| 바다홍보 | 1,000 | 1,000 | 400 | 40.0% |
| 하늘상담 | 2,000 | 1,000 | 600 | 30.0% |

○ 민원 접수 : 총 41건(전화 11건, 방문 30건)
"""


class Clients(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.services = Services().__enter__()
        cls.services.import_text(REPORT, "sky", "2031-03-31")

    @classmethod
    def tearDownClass(cls):
        cls.services.__exit__()

    def curl(self, service, path, body, *more):
        return subprocess.run(
            ["curl", "-sS", "-w", "\n%{http_code}", "-H", "Content-Type: application/json", "-d",
             body, *more, self.services.url(service) + path],
            capture_output=True, text=True, timeout=30).stdout.rsplit("\n", 1)

    def test_curl_reads_json_over_http_1_and_2(self):
        for version in ("--http1.1", "--http2-prior-knowledge"):
            body, code = self.curl("budget", "/sotong.budget.v1.BudgetService/GetExecution",
                                   '{"asOf":"2031-03-31"}', version)
            self.assertEqual(code, "200", body)
            rows = json.loads(body)["rows"]
            self.assertEqual([row["label"] for row in rows], ["합 계", "바다홍보", "하늘상담"])
            self.assertEqual(rows[0]["currentWon"], "3000000")
            self.assertEqual(rows[0]["executionRate"],
                             {"units": "333", "exponent": -1, "unit": "PERCENT"})

    def test_curl_is_told_what_is_wrong_and_where(self):
        body, code = self.curl("budget", "/sotong.budget.v1.BudgetService/GetExecution",
                               '{"asOf":"2031-02-30"}')
        self.assertEqual(code, "400")
        error = json.loads(body)
        self.assertEqual(error["code"], "invalid_argument")
        self.assertIn("as_of", error["message"])
        self.assertEqual(error["details"][0]["type"], "google.rpc.BadRequest")
        body, code = self.curl("budget", "/sotong.budget.v1.BudgetService/GetLine",
                               '{"name":"lines/2031-general-9999"}')
        self.assertEqual((code, json.loads(body)["code"]), ("404", "not_found"))
        body, code = self.curl("budget", "/sotong.budget.v1.BudgetService/GetLine", '{"nome":1}')
        self.assertEqual((code, json.loads(body)["code"]), ("400", "invalid_argument"))
        self.assertIn("nome", json.loads(body)["message"])

    def buf(self, protocol, service, method, body):
        return subprocess.run(
            [npm_tool("buf"), "curl", "--schema", ".", "--protocol", protocol, "--http2-prior-knowledge",
             "-d", body, f"{self.services.url(service)}/{method}"],
            cwd=PROTOS, capture_output=True, text=True, timeout=60)

    def test_buf_curl_speaks_connect_and_grpc(self):
        for protocol in ("connect", "grpc"):
            done = self.buf(protocol, "petition", "sotong.slice.v1.SliceService/ListFigures",
                            '{"report_id":"sky"}')
            self.assertEqual(done.returncode, 0, done.stderr)
            figures = json.loads(done.stdout)["figures"]
            self.assertEqual([figure["printed"] for figure in figures], ["41건", "11건", "30건"])
            done = self.buf(protocol, "budget", "sotong.budget.v1.BudgetService/GetLine",
                            '{"name":"lines/1999-general-0001"}')
            self.assertNotEqual(done.returncode, 0)
            self.assertEqual(json.loads(done.stderr)["code"], "not_found")
            done = self.buf(protocol, "budget", "sotong.budget.v1.BudgetService/GetExecution", "{}")
            self.assertIn("as_of", done.stderr)

    def test_python_grpcio_calls_every_service(self):
        try:
            import grpc  # noqa: F401
            import grpc_tools  # noqa: F401
        except ImportError:
            self.skipTest("python3-grpcio is not installed (deploy/dev packages)")
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(
                [sys.executable, "-m", "grpc_tools.protoc", f"-I{PROTOS}",
                 "-I/usr/include", f"--python_out={folder}",
                 f"--grpc_python_out={folder}", *map(str, PROTOS.glob("sotong/**/*.proto"))], check=True)
            environment = {**os.environ, "PYTHONPATH": folder,
                           "PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION": "python"}
            done = subprocess.run(
                [sys.executable, str(pathlib.Path(__file__).with_name("grpcio_client.py")),
                 *(f"{name}=127.0.0.1:{port}" for name, port in self.services.ports.items())],
                env=environment, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("all answers are right", done.stdout)


if __name__ == "__main__":
    unittest.main()
