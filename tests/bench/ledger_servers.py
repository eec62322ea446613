"""The servers that deploy/dev bench ledger compares. Each has its own store in the same folder, and answers
a load with the same figures."""

import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import time

import ledger_postgres
import ledger_recipe
import ledger_store
import rpc_peers

SOURCE = rpc_peers.SOURCE
START_SECONDS = 60
WARM_UP_SECONDS = 0.3
PGBENCH_SECONDS_MIN = 2
BACKENDS_END_SECONDS = 0.2  # Whose processor time is counted once they are gone.
PGBENCH_CLIENTS_PER_SECOND = 64


def free_port(ports):
    """A port of the range that is free; any without a range."""
    for port in ports or [0]:
        with socket.socket() as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                one.bind(("127.0.0.1", port))
                return one.getsockname()[1]
            except OSError:
                continue
    raise ledger_store.Failed("no port of the range is free")


def wait_for(port, process, log):
    end = time.monotonic() + START_SECONDS
    while not rpc_peers.answers(port):
        if process.poll() is not None or time.monotonic() > end:
            raise ledger_store.Failed(f"a server does not start; see {log}")
        time.sleep(0.02)


def cpu_seconds(pid):
    stat = ledger_postgres.stat_of(pid)
    return sum(stat["times"]) / os.sysconf("SC_CLK_TCK")


class Server:
    """acknowledged: how many commitments its callers were told of, ever."""

    name = title = ""

    def __init__(self, bench):
        self.bench = bench
        self.folder = bench.folder / self.name
        self.acknowledged = 0
        self.process = None
        self.port = 0

    def spawn(self, *command):
        self.port = free_port(self.bench.options.ports)
        command = [str(self.port) if part is PORT else str(part) for part in command]
        with open(self.bench.log, "ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        wait_for(self.port, self.process, self.bench.log)

    def stop(self):
        rpc_peers.stop(self)

    def cpu_seconds(self):
        return cpu_seconds(self.process.pid)

    def load(self, shape, seconds, rate=0, warm_up=WARM_UP_SECONDS):
        """Commitments in a closed loop of connections × streams; with a rate, on a schedule instead."""
        seen = self.run_load(shape, seconds, warm_up, ledger_recipe.METHOD, self.bench.pairs,
                             "--number-at", ledger_store.NUMBER_AT, "--number", self.bench.number(),
                             *(["--sleep", "--rate", rate] if rate else []))
        self.acknowledged += seen["acknowledged"]
        return seen

    def run_load(self, shape, seconds, warm_up, path, pairs, *more):
        connections, streams = shape
        bench = self.bench
        before = self.cpu_seconds()
        done = subprocess.run(
            [bench.build / "bin/rpc-load", "--port", str(self.port), "--path", path,
             "--type", "application/grpc", "--pairs", pairs, "--connections", str(connections),
             "--streams", str(streams), "--seconds", str(seconds), "--warm-up", str(warm_up),
             *map(str, more)], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise ledger_store.Failed(f"{self.title}, {connections} × {streams}: "
                                      f"{done.stderr or 'wrong answers: '}{done.stdout}")
        seen = json.loads(done.stdout)
        cpu = self.cpu_seconds() - before
        return {"rate": seen["calls"] / seen["seconds"], "p50_us": seen["p50_us"],
                "p99_us": seen["p99_us"], "cpu_us": 1e6 * cpu / max(seen["acknowledged"], 1),
                "server_busy": cpu / (seen["seconds"] + warm_up),
                "load_busy": seen["load_cpu_s"] / seen["seconds"],
                "acknowledged": seen["acknowledged"]}

    def totals(self):
        """The row of TOTALS, read behind the server's back once it has stopped."""
        raise NotImplementedError


PORT = object()


class SotongSqlite(Server):
    name = "sotong-sqlite"
    title = "sotong on SQLite"

    def start(self):
        self.folder.mkdir(exist_ok=True)
        self.spawn(self.bench.build / "bin/budget", "--port", PORT, "--data", self.folder,
                   "--log-level", "error", *self.options())

    def options(self):
        return []

    @property
    def store(self):
        return self.folder / "budget.sqlite"

    def totals(self):
        return ledger_store.sqlite_rows(self.store, ledger_store.TOTALS)[0]


class SotongPostgres(SotongSqlite):
    name = "sotong-postgres"
    title = "sotong on PostgreSQL"
    database = "sotong"

    def options(self):
        return ["--store", self.bench.postgres.url(self.database)]

    def cpu_seconds(self):
        return cpu_seconds(self.process.pid) + self.bench.postgres.cpu_seconds()

    def totals(self):
        return self.bench.postgres.sql(self.database, ledger_store.TOTALS + ";")[0]


class CppSqlite(Server):
    name = "grpc-c++-sqlite"
    title = "gRPC C++, SQLite, one transaction a call"

    def start(self):
        self.folder.mkdir(exist_ok=True)
        self.spawn(self.bench.cpp, PORT, self.store, self.bench.recipe)

    @property
    def store(self):
        return self.folder / "budget.sqlite"

    def take_store(self, store):
        """A copy of a store that nobody has open."""
        self.folder.mkdir(exist_ok=True)
        shutil.copyfile(store, self.store)

    def totals(self):
        return ledger_store.sqlite_rows(self.store, ledger_store.TOTALS)[0]


def whole(seconds, clients):
    """pgbench counts whole seconds, and its clients need a while to connect and to prepare."""
    return max(PGBENCH_SECONDS_MIN + clients // PGBENCH_CLIENTS_PER_SECOND, round(seconds))


class Pgbench(Server):
    """A script of pgbench; its clients speak PostgreSQL's own protocol through a socket."""

    name = "pgbench"
    title = "pgbench, statement by statement"

    @property
    def database(self):
        return self.name.replace("-", "_")

    def start(self):
        self.folder.mkdir(exist_ok=True)
        postgres = self.bench.postgres
        postgres.sql("postgres", f"CREATE DATABASE {self.database} TEMPLATE {SotongPostgres.database};")
        self.prepare(self.bench.ledger)
        postgres.sql(self.database, "ANALYZE;")

    def prepare(self, ledger):
        (self.folder / "script.sql").write_text(ledger.script())

    def stop(self):
        pass

    def load(self, shape, seconds, rate=0, warm_up=WARM_UP_SECONDS):
        clients = shape[0] * shape[1]
        postgres = self.bench.postgres
        seconds = whole(seconds, clients)
        before = postgres.cpu_seconds()
        with postgres.preferred():
            done = self.run_pgbench(clients, seconds, rate)
        made = re.search(r"transactions actually processed: (\d+)", done.stdout)
        rate_seen = re.search(r"^tps = ([0-9.]+)", done.stdout, re.MULTILINE)
        if done.returncode != 0 or made is None:
            raise ledger_store.Failed(f"{self.title}: {done.stderr[-800:]}")
        self.acknowledged += int(made[1])
        time.sleep(BACKENDS_END_SECONDS)
        cpu = postgres.cpu_seconds() - before
        # None at all happens: every client waits for the one before, on a machine that is busy.
        times = sorted(self.log_times()) or [1e6 * seconds]
        return {"rate": float(rate_seen[1]) if rate_seen else 0, "p50_us": times[len(times) // 2],
                "p99_us": times[len(times) * 99 // 100], "cpu_us": 1e6 * cpu / max(int(made[1]), 1),
                "server_busy": cpu / seconds, "load_busy": 0,
                "acknowledged": int(made[1])}

    def run_pgbench(self, clients, seconds, rate):
        postgres = self.bench.postgres
        return subprocess.run(
            [postgres.bin / "pgbench", "-h", postgres.folder, "-U", "sotong", "-n", "-M", "prepared",
             "-c", str(clients), "-j", str(min(clients, 2)), "-T", str(seconds),
             "-f", self.folder / "script.sql", "-l", "--log-prefix", self.folder / "log",
             *(["-R", str(rate)] if rate else []), self.database],
            capture_output=True, text=True, check=False)

    def log_times(self):
        """µs of each transaction, from the logs of pgbench's threads, which are deleted."""
        for path in self.folder.glob("log.*"):
            for line in path.read_text().splitlines():
                yield int(line.split()[2])
            path.unlink()

    def totals(self):
        return self.bench.postgres.sql(self.database, ledger_store.TOTALS + ";")[0]


class PgbenchFunction(Pgbench):
    name = "pgbench-function"
    title = "pgbench, one PL/pgSQL function"

    def prepare(self, ledger):
        self.bench.postgres.sql(self.database, ledger.function())
        (self.folder / "script.sql").write_text(ledger.function_script())


SERVERS = (SotongSqlite, SotongPostgres, CppSqlite, Pgbench, PgbenchFunction)
