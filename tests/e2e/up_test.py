"""deploy/dev up, as a person would use it: starts, shows, stops in order at Ctrl-C, keeps its data."""

import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from services import BUILD, NAMES, SOURCE, free_ports  # noqa: E402


def first_of_free_ports(count):
    """A port that has free ones behind it."""
    for _ in range(50):
        first = free_ports(1)[0]
        sockets = []
        try:
            for port in range(first, first + count):
                one = socket.socket()
                one.bind(("127.0.0.1", port))
                sockets.append(one)
            return first
        except OSError:
            continue
        finally:
            for one in sockets:
                one.close()
    raise RuntimeError("no free ports")


class Up(unittest.TestCase):
    def up(self, folder, *options):
        """Starts `up`, waits for its last words, presses Ctrl-C; the output and the seconds until it
        was ready."""
        environment = {**os.environ, "SOTONG_DATA": folder, "SOTONG_BUILD": str(BUILD),
                       "SOTONG_PORT": str(first_of_free_ports(len(NAMES)))}
        begin = time.monotonic()
        process = subprocess.Popen(["deploy/dev", "up", *options], cwd=SOURCE, env=environment,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                   start_new_session=True)
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line.startswith("Ctrl-C stops"):
                break
        ready = time.monotonic() - begin
        os.killpg(process.pid, signal.SIGINT)
        lines += process.stdout.readlines()
        self.assertEqual(process.wait(30), 0, "".join(lines))
        return "".join(lines), ready

    def test_starts_empty_stops_in_order_and_starts_again(self):
        with tempfile.TemporaryDirectory(prefix="sotong-up-") as folder:
            shown, _ = self.up(folder, "--empty")
            for name in NAMES:
                self.assertRegex(shown, rf"(?m)^{name}\s+http://127\.0\.0\.1:\d+\s+up")
            stopped = [line.split()[1] for line in shown.splitlines() if line.startswith("stopped")]
            self.assertEqual(stopped, NAMES[::-1])
            for name in NAMES:
                self.assertTrue((pathlib.Path(folder) / f"{name}.sqlite").exists())
            _, ready = self.up(folder, "--empty")
            print(f"the second start took {ready:.2f} s")

    def test_the_first_start_loads_the_facts_of_both_reports(self):
        with tempfile.TemporaryDirectory(prefix="sotong-up-") as folder:
            shown, _ = self.up(folder)
            rows = {line.split()[0]: line.split() for line in shown.splitlines() if " up " in line
                    or "\tup\t" in line}
            self.assertEqual(set(rows), set(NAMES), shown)
            for name in NAMES:
                self.assertEqual(rows[name][4], "2", shown)


if __name__ == "__main__":
    unittest.main()
