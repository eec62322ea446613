"""connectrpc/conformance: runs every case of one mode against a program, with everything on and no
list of known failures."""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

from services import BUILD, SOURCE
from tools import go_tool

CONFIGURATION = SOURCE / "tests/conformance/conformance.yaml"
SUITE_SECONDS = 1500
OUTPUT_BYTES = 20000 # Of what a failed run said; its end names each failed case.


class ConnectSuite(unittest.TestCase):
    """A subclass says mode, program and cases."""

    mode = program = cases = None

    def run_suite(self, *options):
        suite = go_tool("connectconformance")
        program = BUILD / "bin" / self.program
        if not program.exists():
            self.skipTest(f"{program} is not built: cmake did not find its .proto files or its source")
        with tempfile.TemporaryDirectory(prefix="sotong-conformance-") as folder:
            done = subprocess.run(
                [suite, "--mode", self.mode, "--conf", CONFIGURATION, *options, "--", program],
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SUITE_SECONDS,
                env={**os.environ, **self.sanitizer_logs(folder)})
            # What a sanitizer found at the end of a process shows in no case.
            found = [log.read_text(errors="replace") for log in pathlib.Path(folder).iterdir()]
        said = done.stdout.decode(errors="replace")[-OUTPUT_BYTES:]
        self.assertEqual(found, [])
        totals = re.search(r"Total cases: (\d+)\n(\d+) passed, (\d+) failed", said)
        self.assertIsNotNone(totals, said)
        self.assertEqual((tuple(map(int, totals.groups())), done.returncode),
                         ((self.cases, self.cases, 0), 0), said)

    @staticmethod
    def sanitizer_logs(folder):
        return {f"{name}_OPTIONS": f"{os.environ.get(f'{name}_OPTIONS', '')}:log_path={folder}/{name}"
                for name in ("ASAN", "UBSAN", "TSAN", "LSAN")}
