"""What deploy/dev bench rpc prints: the machine, a table for each load, memory, and what was asked for
beside what was seen."""

import datetime
import os
import platform
import pathlib

OURS = ("sotong", "gRPC")
PEERS = ("grpc-c++-async", "grpc-c++-callback", "grpc-go", "connect-go", "tonic")


def machine():
    model = next((line.split(":", 1)[1].strip()
                  for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.machine())
    return {"date": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
            "cpu": model, "cores": os.cpu_count(), "kernel": platform.release(),
            "load_average": os.getloadavg()[0]}


def find(result, call, connections, streams, kind="closed"):
    """The rows of a load by server and protocol."""
    for load in result["loads"]:
        if (load["call"], load["connections"], load["streams"], load["kind"]) == (
                call, connections, streams, kind):
            return {(row["server"], row["protocol"]): row for row in load["rows"]}
    return {}


def best_peer(rows, key, best):
    """The best of the peers' figures and whose it is; None without peers."""
    return best(((row[key], name) for (name, protocol), row in rows.items()
                 if name in PEERS and protocol == "gRPC"), default=None)


def number(value):
    """Three digits that mean something."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def judged(result):
    """What is asked for: a sentence, the bound, what was seen, and the same by processor time."""
    rows = []

    def ratio(what, wanted, ours, theirs, more=""):
        if ours is None or theirs is None:
            return
        seen = ours["rate"] / theirs["rate"]
        by_cpu = theirs["cpu_us"] / ours["cpu_us"]
        rows.append({"what": what + more, "wanted": f"≥ {wanted} ×", "seen": f"{seen:.2f} ×",
                     "by_cpu": f"{by_cpu:.2f} ×", "ok": seen >= wanted})

    def most(what, bound, seen, unit):
        """One that has no second figure."""
        rows.append({"what": what, "wanted": f"≤ {number(bound)} {unit}",
                     "seen": f"{number(seen)} {unit}",
                     "by_cpu": "", "ok": seen <= bound})

    check = find(result, "Check", 8, 32)
    ratio("Check 8 × 32 to gRPC C++ async", 4, check.get(OURS), check.get(("grpc-c++-async", "gRPC")))
    ratio("Check 8 × 32 to the floor", 0.7, check.get(OURS), check.get(("floor", "gRPC")))
    lines = find(result, "GetLine", 8, 32)
    best = best_peer(lines, "rate", max)
    if best is not None:
        ratio("GetLine 8 × 32 to the best peer", 2, lines.get(OURS), lines[best[1], "gRPC"],
              f" ({result['titles'][best[1]]})")
    for call in ("Check", "GetLine"):
        single = find(result, call, 1, 1)
        best = best_peer(single, "p50_us", min)
        if OURS in single and best is not None:
            most(f"{call} 1 × 1, median time ({result['titles'][best[1]]} is the bound)", best[0],
                 single[OURS]["p50_us"], "µs")
        half = find(result, call, 8, 32, "half")
        if OURS in half:
            what = f"{call}, p99 at half of full load"
            same = find(result, call, 8, 32, "same").get(("floor", "gRPC"))
            if same is not None:
                what += f" (the floor with as many calls has {number(same['p99_us'])} µs)"
            most(what, 1000, half[OURS]["p99_us"], "µs")
        full = find(result, call, 8, 32)
        if ("sotong", "Connect JSON") in full:
            proto, written = full["sotong", "Connect"], full["sotong", "Connect JSON"]
            most(f"{call} 8 × 32, JSON's cost to protobuf's (processor time)", 2,
                 written["cpu_us"] / proto["cpu_us"], "×")
    memory = result["memory"].get("sotong")
    if memory:
        most("idle memory", 10, memory["idle_kib"] / 1024, "MiB")
        if memory["connections_kib"]:
            most("10,000 idle connections", 120, memory["connections_kib"] / 1024, "MiB")
        else:
            rows.append({"what": "10,000 idle connections", "wanted": "≤ 120 MiB",
                         "seen": "refused", "by_cpu": "", "ok": False})
        most("memory after a burst, to before", 1.5, memory["after_kib"] / memory["before_kib"], "×")
        most("memory after 10,000 connections, to before", 1.5,
             memory["closed_kib"] / memory["before_kib"], "×")
    return rows


def width(text):
    """Columns on a terminal; all our signs take one."""
    return len(text)


def table(head, rows):
    """A table with the first column to the left and the others to the right."""
    widths = [max(width(row[i]) for row in [head, *rows]) for i in range(len(head))]
    for row in [head, *rows]:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(size) for cell, size in zip(row[1:], widths[1:])]
        print("  ".join(cells).rstrip())


def times(ours, theirs):
    return f"{ours / theirs:.2f} ×" if theirs else ""


def show_load(result, load):
    size = f"{load['connections']} × {load['streams']}"
    what = {"closed": size, "half": f"half of each server's load at {size}",
            "same": f"both with half of sotong's load at {size}"}[load["kind"]]
    print(f"\n{load['call']}, {what} (connections × streams)\n")
    rows = {(row["server"], row["protocol"]): row for row in load["rows"]}
    ours = rows.get(OURS)
    floor = rows.get(("floor", "gRPC"))
    lines = []
    for (name, protocol), row in rows.items():
        lines.append([
            result["titles"][name] + ("" if protocol == "gRPC" else f", {protocol}"),
            f"{row['rate']:,.0f}", f"{row['cpu_us']:.2f}",
            times(ours["rate"], row["rate"]) if ours else "",
            times(row["cpu_us"], ours["cpu_us"]) if ours else "",
            times(row["rate"], floor["rate"]) if floor else "",
            f"{row['p50_us']:,.0f}", f"{row['p99_us']:,.0f}",
            f"{100 * row['server_busy']:.0f} %", f"{100 * row['load_busy']:.0f} %"])
    table(["server", "calls/s", "CPU µs/call", "sotong ÷ it", "by CPU", "it ÷ floor", "p50 µs",
           "p99 µs", "server busy", "load busy"], lines)


def mib(kib):
    return f"{kib / 1024:.1f}" if kib else "refused"


def show_memory(result):
    print("\nMemory, MiB resident\n")
    table(["server", "idle", "before a burst", "at most", "after it", "10,000 idle connections",
           "when they closed"],
          [[result["titles"][name], mib(row["idle_kib"]), mib(row["before_kib"]),
            mib(row["most_kib"]), mib(row["after_kib"]), mib(row["connections_kib"]),
            mib(row["closed_kib"])]
           for name, row in result["memory"].items()])


def show(result):
    print(f"{result['date']}, {result['cores']} cores, {result['cpu']}, Linux {result['kernel']}, "
          f"load average {result['load_average']:.1f} at the end\n"
          f"medians of {result['rounds']} rounds of {result['seconds']} s, the servers in turn; "
          "server on one core, load on another")
    for name, why in result["skipped"].items():
        print(f"skipped: {name}: {why}")
    for load in result["loads"]:
        show_load(result, load)
    if result["memory"]:
        show_memory(result)
    print("\nAsked for\n")
    table(["what", "wanted", "seen", "by CPU", ""],
          [[row["what"], row["wanted"], row["seen"], row["by_cpu"], "yes" if row["ok"] else "NO"]
           for row in result["judged"]])
