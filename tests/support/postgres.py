"""A PostgreSQL server of the tests' own: a new cluster in a temporary folder, on a socket there and on a
free port of 127.0.0.1.

    with Cluster() as cluster:
        store = cluster.store("budget")        # postgresql://…, a database of that name
        cluster.sql("SELECT 1", "budget")

As a program it runs a command with SOTONG_TEST_STORE, a store that tests in C use in place of a file:

    postgres.py build/tests/db_test

Where there is no PostgreSQL it says `skipped: …` and ends with 77. Needs Debian's package postgresql; the
server runs as the user postgres where we are root, which it refuses to be.
"""

import ctypes
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

SKIPPED = 77
START_SECONDS = 60
DEATH_SIGNAL = 1 # PR_SET_PDEATHSIG
PASSWORD = "not~a secret/at all" # To be escaped in a URL.


class Missing(Exception):
    """There is no PostgreSQL on this machine."""


def programs():
    """The folder of initdb and postgres."""
    folders = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"),
                     key=lambda path: float(path.parent.name), reverse=True)
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    found = shutil.which("postgres")
    if found and shutil.which("initdb"):
        return pathlib.Path(found).resolve().parent
    raise Missing("PostgreSQL is not installed (Debian's package postgresql)")


def die_with_parent():
    """A test that is killed takes its server along: SIGINT is a fast stop."""
    ctypes.CDLL(None).prctl(DEATH_SIGNAL, signal.SIGINT)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Cluster:
    def __init__(self, durable=False):
        self.durable = durable
        self.programs = programs()
        self.root = os.geteuid() == 0
        if self.root:
            try:
                pwd.getpwnam("postgres")
            except KeyError:
                raise Missing("there is no user postgres") from None
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sotong-pg-", dir="/tmp")) # Sockets' paths are short.
        self.port = free_port()
        self.process = None
        self.databases = {"postgres"}

    def as_server(self):
        user = {"user": "postgres", "group": "postgres", "extra_groups": []} if self.root else {}
        return {**user, "cwd": self.folder, "env": {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}}

    def __enter__(self):
        try:
            if self.root:
                shutil.chown(self.folder, "postgres", "postgres")
            # Not the order of bytes that stores need: they must ask for it themselves.
            done = subprocess.run([self.programs / "initdb", "-D", self.folder / "data", "-U", "postgres",
                                   "-E", "UTF8", "--locale=C.UTF-8", "--locale-provider=icu",
                                   "--icu-locale=en", "-A", "trust", "--no-sync"],
                                  capture_output=True, text=True, **self.as_server())
            if done.returncode != 0:
                raise RuntimeError(f"initdb: {done.stderr}")
            with open(self.folder / "data" / "pg_hba.conf", "w") as file:
                file.write("local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n")
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self):
        """The data is for one test: unless it is to be durable, nothing of it is ever synced."""
        settings = {"port": self.port, "listen_addresses": "127.0.0.1",
                    "fsync": "on" if self.durable else "off",
                    "unix_socket_directories": self.folder, "max_connections": 200, "shared_buffers": "16MB"}
        command = [self.programs / "postgres", "-D", self.folder / "data"]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, preexec_fn=die_with_parent,
                                            **self.as_server())
        end = time.monotonic() + START_SECONDS
        while self.ask("SELECT 1", "postgres").returncode != 0:
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("PostgreSQL does not start:\n" + (self.folder / "log").read_text())
            time.sleep(0.05)

    def stop(self, how=signal.SIGINT):
        """SIGINT: now; SIGQUIT: without an orderly end."""
        if self.process is None:
            return
        self.process.send_signal(how)
        try:
            self.process.wait(START_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def ask(self, sql, database):
        return subprocess.run(["psql", "-XAtq", "-h", self.folder, "-p", str(self.port), "-U", "postgres",
                               "-v", "ON_ERROR_STOP=1", "-d", database, "-c", sql],
                              capture_output=True, text=True)

    def sql(self, sql, database="postgres"):
        """Runs statements and returns what psql prints: a row a line."""
        done = self.ask(sql, database)
        if done.returncode != 0:
            raise RuntimeError(f"{sql}: {done.stderr}")
        return done.stdout.strip()

    def store(self, database):
        """The store string of a database, which is made where it is missing."""
        if database not in self.databases:
            self.sql(f'CREATE DATABASE "{database}"')
            self.databases.add(database)
        return f"postgresql:///{database}?host={self.folder}&port={self.port}&user=postgres"


def main():
    try:
        cluster = Cluster()
    except Missing as why:
        print(f"skipped: {why}")
        return SKIPPED
    with cluster:
        environment = {**os.environ, "SOTONG_TEST_STORE": cluster.store("sotong")}
        return subprocess.run(sys.argv[1:], env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
