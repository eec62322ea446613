"""connectrpc/conformance: the server, against the client of the suite, with all protocols, codecs,
compressions, kinds of stream and TLS."""

import os
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from connect_suite import ConnectSuite  # noqa: E402


# The suite's runner compares messages of 200 KB byte by byte, one at a time: minutes of its own time. It
# does so in two processes beside the other cases, or not at all where another build of the same
# tests has done it.
SIZES = "Server Message Size"
SIZE_CASES = 248


class Server(ConnectSuite):
    mode, program, cases = "server", "conformance-server", 3800

    def test_every_case(self):
        parts = [["--skip", f"{SIZES}/**"]]
        if os.environ.get("SOTONG_CONFORMANCE") == "short":
            self.cases -= SIZE_CASES
        else:
            parts += [["--run", f"{SIZES}/HTTPVersion:{version}/**"] for version in (1, 2)]
        self.run_suite(*parts)


if __name__ == "__main__":
    unittest.main()
