"""What deploy/dev bench ledger prints: tables, and what was asked for beside what was seen."""

from rpc_report import number, table, times

OURS = "sotong-sqlite"
PEERS = ("grpc-c++-sqlite", "pgbench", "pgbench-function")
P99_US_MAX = 10_000


def find(result, in_flight):
    return {row["server"]: row for row in result["loads"] if row["in_flight"] == in_flight}


def best_peer(rows):
    return max((rows[name] for name in PEERS if name in rows and rows[name]["rate"] > 0),
               key=lambda row: row["rate"], default=None)


def judged(result):
    """What is asked for: a sentence, the bound, what was seen, and whether it holds."""
    rows = []
    for in_flight in (64, 256):
        seen = find(result, in_flight)
        best = best_peer(seen)
        if OURS in seen and best is not None:
            ratio = seen[OURS]["rate"] / best["rate"]
            rows.append({"what": f"{in_flight} in flight, to the better peer "
                                 f"({result['titles'][best['server']]})",
                         "wanted": "≥ 3 ×", "seen": f"{ratio:.2f} ×", "ok": ratio >= 3})
    single = find(result, 1)
    if OURS in single and "grpc-c++-sqlite" in single:
        ratio = single[OURS]["rate"] / single["grpc-c++-sqlite"]["rate"]
        rows.append({"what": "1 in flight, to gRPC C++ with SQLite", "wanted": "≥ 1 ×",
                     "seen": f"{ratio:.2f} ×", "ok": ratio >= 1})
    for row in result["half"]:
        if row["server"] == OURS:
            rows.append({"what": "p99 at half of full load", "wanted": f"≤ {number(P99_US_MAX)} µs",
                         "seen": f"{number(row['p99_us'])} µs", "ok": row["p99_us"] <= P99_US_MAX})
    return rows


def show_rows(result, rows):
    ours = next((row for row in rows if row["server"] == OURS), None)
    table(["server", "commitments/s", "sotong on SQLite ÷ it", "p50 µs", "p99 µs", "CPU µs each",
           "server busy"],
          [[result["titles"][row["server"]], f"{row['rate']:,.0f}",
            times(ours["rate"], row["rate"]) if ours else "", f"{row['p50_us']:,.0f}",
            f"{row['p99_us']:,.0f}", f"{row['cpu_us']:,.0f}", f"{100 * row['server_busy']:.0f} %"]
           for row in rows])


def head(result):
    print(f"{result['date']}, {result['cores']} cores, {result['cpu']}, Linux {result['kernel']}, "
          f"load average {result['load_average']:.1f} at the end")


def show(result):
    head(result)
    print(f"medians of {result['rounds']} rounds of {result['seconds']} s, the servers in turn; "
          f"stores on {result['file_system']}, which makes {result['syncs_per_second']:,.0f} "
          "writes of 4 KiB a second durable one by one")
    for name, why in result["skipped"].items():
        print(f"skipped: {name}: {why}")
    for in_flight in dict.fromkeys(row["in_flight"] for row in result["loads"]):
        print(f"\n{in_flight} in flight\n")
        show_rows(result, list(find(result, in_flight).values()))
    if result["half"]:
        print("\nhalf of each server's load at full (calls on a schedule, 256 streams)\n")
        show_rows(result, result["half"])
        disk = result["disk"]
        print(f"\nThe disk alone in the same rounds, {disk['bytes'] // 1024} KiB written and made durable "
              f"over and over: p50 {number(disk['p50_us'])} µs, p99 {number(disk['p99_us'])} µs, "
              f"at most {number(disk['most_us'])} µs.")
    print("\nChecked: every ledger holds what was acknowledged, "
          + ", ".join(f"{count:,} ({result['titles'][name]})"
                      for name, count in result["acknowledged"].items()))
    show_judged(result)


def show_judged(result):
    if not result["judged"]:
        return
    print("\nAsked for\n")
    table(["what", "wanted", "seen", ""],
          [[row["what"], row["wanted"], row["seen"], "yes" if row["ok"] else "NO"]
           for row in result["judged"]])
