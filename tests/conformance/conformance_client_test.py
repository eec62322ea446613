"""connectrpc/conformance: the client, against the servers of the suite, with all protocols, codecs,
compressions, kinds of stream and TLS."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from connect_suite import ConnectSuite  # noqa: E402


class Client(ConnectSuite):
    mode, program, cases = "client", "conformance-client", 4814

    def test_every_case(self):
        self.run_suite([])


if __name__ == "__main__":
    unittest.main()
