"""Memory of the servers of deploy/dev bench rpc: idle, with many idle connections, after a burst."""

import json
import subprocess
import time

import rpc_peers

IDLE_CONNECTIONS = 10_000
SETTLE_SECONDS = 12 # Longer than any of our timers that gives memory back.


def settled_kib(server, seconds=1):
    time.sleep(seconds)
    return rpc_peers.memory_kib(server)


def idle_connections(bench, server, say):
    """KiB with connections that made one call each and stay open; None: it did not take them all."""
    command = bench.load_command(server, "Check", "gRPC", "--connections", IDLE_CONNECTIONS, "--idle")
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as load:
        line = load.stdout.readline()
        whole = line != "" and json.loads(line)["calls"] == IDLE_CONNECTIONS
        kib = settled_kib(server, SETTLE_SECONDS) if whole else None
        if not whole:
            say(f"{server.title}: not all connections: {line or load.stderr.read()}")
        load.stdin.close()
    return kib


def measure(bench, say):
    rows = {}
    for server in bench.servers:
        say(f"memory: {server.title}")
        bench.start(server)
        row = {"idle_kib": settled_kib(server)}
        bench.load(server, "GetLine", "gRPC", "--connections", 1, "--streams", 32, "--seconds", 0.5)
        row["before_kib"] = settled_kib(server)
        bench.load(server, "GetLine", "gRPC", "--connections", 256, "--streams", 100, "--seconds", 2)
        row["after_kib"] = settled_kib(server, SETTLE_SECONDS)
        row["most_kib"] = rpc_peers.memory_kib(server, "VmHWM")
        row["connections_kib"] = idle_connections(bench, server, say)
        row["closed_kib"] = settled_kib(server, SETTLE_SECONDS)
        rpc_peers.stop(server)
        rows[server.name] = row
    return rows
