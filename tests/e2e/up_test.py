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
            self.assertLess(ready, 60) # A machine that is busy; alone it takes less than 2.
            print(f"the second start took {ready:.2f} s")

    def test_the_first_start_loads_the_facts_of_both_reports(self):
        with tempfile.TemporaryDirectory(prefix="sotong-up-") as folder:
            shown, _ = self.up(folder)
            rows = {line.split()[0]: line.split() for line in shown.splitlines() if " up " in line
                    or "\tup\t" in line}
            self.assertEqual(set(rows), set(NAMES), shown)
            for name in NAMES:
                self.assertEqual(rows[name][4], "2", shown)

    def refused(self, code, *words, **environment):
        done = subprocess.run(words, cwd=SOURCE, env={**os.environ, **environment},
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertEqual(done.stdout, "")
        return done.stderr

    def test_a_port_in_use_is_named_before_anything_starts(self):
        first = first_of_free_ports(len(NAMES))
        with socket.socket() as other, tempfile.TemporaryDirectory(prefix="sotong-up-") as folder:
            other.bind(("127.0.0.1", first + 1))
            other.listen()
            said = self.refused(1, "deploy/dev", "up", "--empty", SOTONG_PORT=str(first),
                                SOTONG_DATA=folder, SOTONG_BUILD=str(BUILD))
            self.assertIn(f"port {first + 1}, which {NAMES[1]} needs, is in use", said)
            self.assertIn("SOTONG_PORT", said)
            self.assertEqual(os.listdir(folder), [])

    def test_wrong_words_are_refused_before_anything_is_built(self):
        for port in ("abc", "0", "70000", "65535"):
            self.assertIn(f"not '{port}'", self.refused(2, "deploy/dev", "up", SOTONG_PORT=port))
        self.assertIn("unknown option --full", self.refused(2, "deploy/dev", "up", "--full"))
        self.assertIn("no fuzz target nope", self.refused(2, "deploy/dev", "fuzz", "nope"))
        for name in ("int", "slice", "grpc", "main"):
            self.assertIn(f"{name} is a word", self.refused(2, "deploy/new-service", name))
        self.assertIn("2 to 31", self.refused(2, "deploy/new-service", "A"))
        self.assertIn("type is a word", self.refused(2, "deploy/new-service", "type"))
        self.assertIn("there already", self.refused(1, "deploy/new-service", "budget"))


if __name__ == "__main__":
    unittest.main()
