"""Memory of the servers of deploy/dev bench rpc: idle, with many idle connections, after a burst."""

import json
import subprocess
import time

import rpc_peers

IDLE_CONNECTIONS = 10_000
SETTLE_SECONDS = 1.0


def settled_kib(server):
    time.sleep(SETTLE_SECONDS)
    return rpc_peers.memory_kib(server)


def idle_connections(bench, server):
    """KiB with connections that made one call each and stay open; None: it did not take them all."""
    command = bench.load_command(server, "Check", "gRPC", "--connections", IDLE_CONNECTIONS, "--idle")
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as load:
        line = load.stdout.readline()
        whole = line != "" and json.loads(line)["calls"] == IDLE_CONNECTIONS
        kib = settled_kib(server) if whole else None
        reason = None if whole else line or load.stderr.read()
        load.stdin.close()
    return kib, reason


def measure(bench, say):
    rows = {}
    for server in bench.servers:
        say(f"memory: {server.title}")
        bench.start(server)
        row = {"idle_kib": settled_kib(server)}
        bench.load(server, "GetLine", "gRPC", "--connections", 1, "--streams", 32, "--seconds", 0.5)
        row["before_kib"] = settled_kib(server)
        bench.load(server, "GetLine", "gRPC", "--connections", 256, "--streams", 100, "--seconds", 2)
        row["after_kib"] = settled_kib(server)
        row["most_kib"] = rpc_peers.memory_kib(server, "VmHWM")
        row["connections_kib"], row["connections_reason"] = idle_connections(bench, server)
        rpc_peers.stop(server)
        rows[server.name] = row
    return rows
