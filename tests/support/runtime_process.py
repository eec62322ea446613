"""The runtime's program (tests/service/runtime) as a process, on a free port with an empty store."""

import pathlib
import signal
import socket
import subprocess
import tempfile
import time

from services import BUILD, free_ports

PROGRAM = BUILD / "tests" / "runtime"
START_SECONDS = 60


class Process:
    def __init__(self, *options, program=PROGRAM):
        self.folder = tempfile.TemporaryDirectory(prefix="sotong-runtime-")
        self.port = free_ports(1)[0]
        self.log = open(pathlib.Path(self.folder.name) / "log", "w+b")
        self.started = time.time()
        self.process = subprocess.Popen(
            [program, "--port", str(self.port), "--data", self.folder.name, *options],
            stderr=self.log)
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError(self.text()) from None
                time.sleep(0.005)

    def text(self):
        self.log.seek(0)
        return self.log.read().decode()

    def stop(self):
        """Stops the process; its exit code and its log."""
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        text = self.text()
        self.log.close()
        self.folder.cleanup()
        return code, text
