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

    def run_suite(self, *parts):
        """Runs parts of the suite at once, each with options of its own; what they ran must be all
        cases."""
        suite = go_tool("connectconformance")
        program = BUILD / "bin" / self.program
        if not program.exists():
            self.skipTest(f"{program} is not built: cmake did not find its .proto files or its source")
        with tempfile.TemporaryDirectory(prefix="sotong-conformance-") as folder:
            files = pathlib.Path(folder)
            (files / "sanitizers").mkdir()
            environment = {**os.environ, **self.sanitizer_logs(files / "sanitizers")}
            runs = []
            for number, options in enumerate(parts):
                with open(files / f"part-{number}", "wb") as output:
                    runs.append(subprocess.Popen(
                        [suite, "--mode", self.mode, "--conf", CONFIGURATION, *options, "--", program],
                        stdout=output, stderr=subprocess.STDOUT, env=environment))
            self.addCleanup(lambda: [one.kill() for one in runs if one.poll() is None])
            codes = [one.wait(SUITE_SECONDS) for one in runs]
            said = [(files / f"part-{number}").read_text(errors="replace")[-OUTPUT_BYTES:]
                    for number in range(len(parts))]
            # What a sanitizer found at the end of a process shows in no case.
            found = [log.read_text(errors="replace") for log in (files / "sanitizers").iterdir()]
        self.assertEqual(found, [])
        ran = 0
        for code, output in zip(codes, said):
            totals = re.search(r"Total cases: (\d+)\n(\d+) passed, (\d+) failed", output)
            self.assertIsNotNone(totals, output)
            total, passed, failed = map(int, totals.groups())
            self.assertEqual((passed, failed, code), (total, 0, 0), output)
            ran += total
        self.assertEqual(ran, self.cases)

    @staticmethod
    def sanitizer_logs(folder):
        return {f"{name}_OPTIONS": f"{os.environ.get(f'{name}_OPTIONS', '')}:log_path={folder}/{name}"
                for name in ("ASAN", "UBSAN", "TSAN", "LSAN")}
