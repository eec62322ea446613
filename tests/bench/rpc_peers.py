"""The servers that deploy/dev bench rpc compares: how each is built, and started on one core."""

import dataclasses
import pathlib
import shutil
import socket
import subprocess
import time

SOURCE = pathlib.Path(__file__).resolve().parents[2]
PEERS = SOURCE / "tests/bench/peers"
SQL = SOURCE / "services/budget/sql/line_get.sql"
START_SECONDS = 60
CONNECTIONS_MAX = 20_000  # The service's own default is lower than what is measured here.


class Missing(Exception):
    """A server that cannot be built here; says why."""


def run(command, folder, log):
    """Runs a step of a build; its output goes to the log."""
    with open(log, "ab") as file:
        done = subprocess.run(command, cwd=folder, stdout=file, stderr=file, check=False)
    if done.returncode != 0:
        raise Missing(f"{' '.join(map(str, command[:2]))} failed; see {log}")


def tool(name):
    if shutil.which(name) is None:
        raise Missing(f"{name} is not installed")


def build_ours(build):
    return {"sotong": build / "bin/budget", "floor": build / "bin/bench-floor"}


def build_cpp(build):
    tool("c++")
    tool("grpc_cpp_plugin")
    folder = build / "bench/cpp"
    log = build / "bench/cpp.log"
    run(["cmake", "-S", PEERS / "cpp", "-B", folder, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release"],
        SOURCE, log)
    run(["ninja", "-C", folder], SOURCE, log)
    return {"grpc-c++-async": folder / "bench-cpp-async",
            "grpc-c++-callback": folder / "bench-cpp-callback",
            "grpc-c++-commit": folder / "bench-cpp-commit"}


def build_go(build):
    tool("go")
    folder = build / "bench/go"
    log = build / "bench/go.log"
    # Generated code must lie in the module's folder: the build has a copy of it.
    shutil.copytree(PEERS / "go", folder, dirs_exist_ok=True)
    run([PEERS / "go/generate", folder, build / "bench/tools"], SOURCE, log)
    for name in ("grpc-go", "connect-go"):
        run(["go", "build", "-o", f"bench-{name}", f"./{name}"], folder, log)
    return {"grpc-go": folder / "bench-grpc-go", "connect-go": folder / "bench-connect-go"}


def build_rust(build):
    tool("cargo")
    folder = build / "bench/rust"
    run(["cargo", "build", "--release", "--locked", "--target-dir", folder], PEERS / "rust",
        build / "bench/rust.log")
    return {"tonic": folder / "release/bench-tonic"}


@dataclasses.dataclass
class Server:
    name: str
    title: str
    build: object
    # Protocols beside gRPC.
    connect: bool = False
    process: subprocess.Popen = None
    port: int = 0


SERVERS = (
    Server("floor", "floor: nghttp2 + protobuf-c", build_ours),
    Server("sotong", "sotong budget", build_ours, connect=True),
    Server("grpc-c++-async", "gRPC C++ async", build_cpp),
    Server("grpc-c++-callback", "gRPC C++ callback", build_cpp),
    Server("grpc-go", "grpc-go", build_go),
    Server("connect-go", "connect-go", build_go, connect=True),
    Server("tonic", "tonic", build_rust),
)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


def start(server, program, store, place, log):
    """Starts a server in its place, a command that binds it to a core, and waits for its port."""
    server.port = free_port()
    if server.name == "sotong":
        command = [program, "--port", str(server.port), "--data", store.parent,
                   "--log-level", "error", "--limit", f"connections-max={CONNECTIONS_MAX}"]
    else:
        command = [program, str(server.port), store, SQL]
    with open(log, "ab") as file:
        server.process = subprocess.Popen([*place, *map(str, command)], stdout=file, stderr=file)
    end = time.monotonic() + START_SECONDS
    while not answers(server.port):
        if server.process.poll() is not None:
            raise RuntimeError(f"{server.name} ended at its start; see {log}")
        if time.monotonic() > end:
            raise RuntimeError(f"{server.name} does not answer; see {log}")
        time.sleep(0.02)


def stop(server):
    if server.process is None:
        return
    server.process.terminate()
    try:
        server.process.wait(20)
    except subprocess.TimeoutExpired:
        server.process.kill()
        server.process.wait()
    server.process = None


def memory_kib(server, what="VmRSS"):
    for line in pathlib.Path(f"/proc/{server.process.pid}/status").read_text().splitlines():
        if line.startswith(what + ":"):
            return int(line.split()[1])
    raise RuntimeError(f"no {what}")
