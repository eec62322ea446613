"""Starts the five services on free loopback ports with empty stores, for tests of the whole system.

    with Services() as services:
        services.json("import", "report.txt")

The build folder is SOTONG_BUILD_DIRECTORY, which CTest sets. SOTONG_TEST_STORE is a store that all five share
in place of their files; postgres.py sets it.
"""

import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("SOTONG_BUILD_DIRECTORY", SOURCE / "build"))
REPORTS = pathlib.Path(os.environ.get("SOTONG_REPORTS", SOURCE.parent / "shared" / "reports"))
NAMES = re.search(r"set\(SOTONG_SERVICES([^)]*)\)", (SOURCE / "services/CMakeLists.txt").read_text())
NAMES = NAMES.group(1).split()

START_SECONDS = 30 # Sanitizers and busy machines are slow.


def free_ports(count):
    """Ports that are free now; all are held until all are known, so that they differ."""
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def clear(store):
    """What an earlier test left in the database is removed."""
    drop = ";".join(f"DROP SCHEMA IF EXISTS {name} CASCADE" for name in NAMES)
    subprocess.run(["psql", "-Xq", store, "-c", "SET client_min_messages TO warning", "-c", drop], check=True)


class Services:
    def __init__(self, facts=False):
        self.facts = facts
        self.folder = tempfile.TemporaryDirectory(prefix="sotong-test-")
        self.data = pathlib.Path(self.folder.name)
        self.ports = dict(zip(NAMES, free_ports(len(NAMES))))
        self.processes = {}
        self.store = os.environ.get("SOTONG_TEST_STORE")
        if self.store:
            clear(self.store)
        peers = ",".join(f"{name}=http://127.0.0.1:{port}" for name, port in self.ports.items())
        self.environment = {**os.environ, "SOTONG_PEERS": peers}
        for name in ("SOTONG_PORT", "SOTONG_DATA", "SOTONG_LISTEN"):
            self.environment.pop(name, None)

    def __enter__(self):
        for name in NAMES:
            self.start(name)
        return self

    def __exit__(self, *_):
        for name in list(self.processes):
            self.stop(name)
        self.folder.cleanup()

    def url(self, name):
        return f"http://127.0.0.1:{self.ports[name]}"

    def log(self, name):
        return (self.data / f"{name}.log").read_text(errors="replace")

    def start(self, name):
        command = [BUILD / "bin" / name, "--port", str(self.ports[name]), "--data", self.data]
        if self.store:
            command += ["--store", self.store]
        if self.facts:
            command += ["--facts", SOURCE / "services" / name / "facts"]
        with open(self.data / f"{name}.log", "ab") as log:
            process = subprocess.Popen(command, stderr=log, env=self.environment)
        self.processes[name] = process
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            if process.poll() is not None:
                raise RuntimeError(f"{name} ended at its start:\n{self.log(name)}")
            try:
                socket.create_connection(("127.0.0.1", self.ports[name]), 1).close()
                return
            except OSError:
                time.sleep(0.01)
        raise RuntimeError(f"{name} does not listen:\n{self.log(name)}")

    def stop(self, name, how=signal.SIGTERM):
        """Stops a service and returns its exit code; an orderly stop must end with 0."""
        process = self.processes.pop(name)
        process.send_signal(how)
        try:
            return process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise RuntimeError(f"{name} does not stop:\n{self.log(name)}") from None

    def sotong(self, *arguments, **more):
        """Runs the client; never raises for its exit code."""
        return subprocess.run([BUILD / "bin" / "sotong", *map(str, arguments)], env=self.environment,
                              capture_output=True, text=True, timeout=120, **more)

    def json(self, *arguments):
        """Runs the client with --json; its exit code must be 0."""
        done = self.sotong(*arguments, "--json")
        if done.returncode != 0:
            raise AssertionError(f"sotong {arguments}: exit {done.returncode}\n{done.stderr}")
        return json.loads(done.stdout)

    def import_text(self, text, report_id, as_of="2020-04-21"):
        """Imports a text that is not a file of the repository."""
        path = self.data / f"{report_id}.txt"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return self.json("import", path, "--id", report_id, "--as-of", as_of)
