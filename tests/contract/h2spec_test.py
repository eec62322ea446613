"""h2spec, strict, against a service: HTTP/2 as its specification says, and every case of it."""

import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from services import Services  # noqa: E402
from tools import go_tool  # noqa: E402

CASES = 147
# For one case. h2spec takes silence as an answer in some cases, and on a busy machine a service is
# silent for a while.
CASE_SECONDS = 20
SUITE_SECONDS = 500


class H2spec(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.h2spec = go_tool("h2spec")
        cls.services = Services().__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.services.__exit__()

    def run_strict(self, service, *more):
        with tempfile.NamedTemporaryFile(suffix=".xml") as report:
            done = subprocess.run(
                [self.h2spec, "--strict", "-h", "127.0.0.1", "-p", str(self.services.ports[service]),
                 "-o", str(CASE_SECONDS), "-j", report.name, *more],
                capture_output=True, text=True, timeout=SUITE_SECONDS)
            failed = [f"{case.get('package')} {case.get('classname')}: {''.join(case.itertext())}"
                      for case in xml.etree.ElementTree.parse(report.name).iter("testcase")
                      if case.find("failure") is not None or case.find("error") is not None]
        totals = re.search(r"(\d+) tests, (\d+) passed, (\d+) skipped, (\d+) failed", done.stdout)
        self.assertIsNotNone(totals, done.stdout[-2000:] + done.stderr)
        self.assertEqual(failed, [])
        self.assertEqual(tuple(map(int, totals.groups())), (CASES, CASES, 0, 0))
        self.assertEqual(done.returncode, 0, done.stdout[-2000:])

    def test_every_case(self):
        self.run_strict("budget")


if __name__ == "__main__":
    unittest.main()
