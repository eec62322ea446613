"""A PostgreSQL server of the bench's own: made, started, asked and stopped; never one that runs already."""

import contextlib
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import threading
import time

# As one sets it up for speed on a machine that does nothing else; what makes it durable stays on.
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "400",
    "shared_buffers": "1GB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "30min",
    "wal_buffers": "16MB",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "autovacuum": "on",
    "jit": "off",
    "max_locks_per_transaction": "256",
}
START_SECONDS = 60
PREFER_SECONDS = 0.05


class Missing(Exception):
    """PostgreSQL is not installed."""


def programs():
    """The folder of the newest release's programs; Debian keeps them off the PATH."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"),
                   key=lambda path: int(path.parts[4]))
    if found:
        return found[-1].parent
    if shutil.which("initdb"):
        return pathlib.Path(shutil.which("initdb")).resolve().parent
    raise Missing("PostgreSQL is not installed (postgresql, postgresql-contrib)")


class Postgres:
    """The cluster lies in `folder`; it listens on a socket there, and on no port."""

    def __init__(self, folder):
        self.bin = programs()
        self.folder = folder
        self.data = folder / "data"
        self.log = folder / "log"
        self.process = None
        # The server refuses to run as root.
        self.as_user = []
        self.user = pwd.getpwuid(os.getuid()).pw_name
        if os.getuid() == 0:
            self.user = "postgres"
            self.as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]

    def run(self, *command, **more):
        done = subprocess.run([*self.as_user, *map(str, command)], capture_output=True, text=True,
                              cwd="/", check=False, **more)
        if done.returncode != 0:
            raise RuntimeError(f"{command[0]} failed: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def start(self):
        self.folder.mkdir()
        if self.as_user:
            shutil.chown(self.folder, self.user, self.user)
        self.run(self.bin / "initdb", "-D", self.data, "-U", "sotong", "-A", "trust", "-E", "UTF8",
                 "--locale=C", "--no-instructions")
        options = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [*self.as_user, str(self.bin / "postgres"), "-D", str(self.data),
                 "-k", str(self.folder), *options], stdout=log, stderr=log, cwd="/")
        end = time.monotonic() + START_SECONDS
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"PostgreSQL does not start: {self.log.read_text()[-2000:]}")
            time.sleep(0.05)

    def answers(self):
        with socket.socket(socket.AF_UNIX) as one:
            try:
                one.connect(str(self.folder / ".s.PGSQL.5432"))
            except OSError:
                return False
        try:
            self.sql("postgres", "SELECT 1")
        except RuntimeError:
            return False
        return True

    def stop(self):
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def sql(self, database, text):
        """Runs a script; the rows of its last statement, as tuples of texts."""
        out = self.run(self.bin / "psql", "-h", self.folder, "-U", "sotong", "-d", database, "-X", "-q",
                       "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", "-", input=text)
        return [tuple(row.split("|")) for row in out.splitlines()]

    def url(self, database):
        return f"postgresql:///{database}?host={self.folder}&user=sotong"

    @contextlib.contextmanager
    def preferred(self):
        """Gives the server's processes the priority of the bench among sessions while others connect: each of
        them is a session of its own, and begins with none."""
        try:
            nice = pathlib.Path("/proc/self/autogroup").read_text().rsplit(" ", 1)[1].strip()
        except OSError:
            nice = "0"
        done = threading.Event()
        seen = set()

        def prefer():
            children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
            while not done.wait(PREFER_SECONDS):
                for pid in set(children.read_text().split()) - seen:
                    seen.add(pid)
                    with contextlib.suppress(OSError):
                        pathlib.Path(f"/proc/{pid}/autogroup").write_text(nice)

        thread = threading.Thread(target=prefer)
        if nice != "0":
            thread.start()
        try:
            yield
        finally:
            done.set()
            if nice != "0":
                thread.join()

    def cpu_seconds(self):
        """Processor time of the server: of the processes it has, and of those that ended."""
        ticks = os.sysconf("SC_CLK_TCK")
        own = stat_of(self.process.pid)
        total = sum(own["times"]) + sum(own["child_times"])
        for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                one = stat_of(int(path.parts[2]))
            except OSError:
                continue
            if one["parent"] == self.process.pid:
                total += sum(one["times"])
        return total / ticks


def stat_of(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return {"parent": int(fields[1]), "times": [int(fields[11]), int(fields[12])],
            "child_times": [int(fields[13]), int(fields[14])]}
