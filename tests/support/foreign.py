"""What the tests of foreign clients share: how their programs are made, and what each must report
of the budget service with the facts of real reports."""

import json
import pathlib
import re
import subprocess
import sys
import unittest

from runtime_process import Process
from services import BUILD, SOURCE
from tools import NODE_MODULES, need, npm_tool

CLIENTS = SOURCE / "tests/contract/clients"
PROTO_ROOTS = [SOURCE / "protos", pathlib.Path("/usr/include"), pathlib.Path("/usr/share/grpc-proto")]
LINE = "lines/2020-general-0043"
CLIENT_SECONDS = 300
ANSWERS = {
    "line": {"label": "120다산콜재단 운영", "currentWon": "23036654000"},
    "error": {
        "code": "INVALID_ARGUMENT",
        "message": "as_of: must be a day of the calendar such as 2020-03-31",
        "fields": ["as_of"],
    },
    "watch": "SERVING",
    "watchUnknown": "SERVICE_UNKNOWN",
    "deadline": "DEADLINE_EXCEEDED",
}


def imports():
    return [f"-I{root}" for root in PROTO_ROOTS]


def contracts():
    """All .proto files of the platform, by their import paths."""
    protos = SOURCE / "protos"
    return [str(path.relative_to(protos)) for path in sorted(protos.rglob("*.proto"))]


def run(command, **more):
    """Runs a program that must succeed; what it printed."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          timeout=CLIENT_SECONDS, **more)
    if done.returncode != 0:
        raise AssertionError(f"{command}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def fails(command):
    """Runs a program that must not succeed; its exit code and what it said."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          timeout=CLIENT_SECONDS)
    if done.returncode == 0:
        raise AssertionError(f"{command} succeeded:\n{done.stdout}")
    return f"exit {done.returncode}\n{done.stdout}{done.stderr}"


def bundle_javascript(folder, name, platform):
    """Makes one file of a client in TypeScript, its libraries and the classes of the contracts."""
    generated = folder / "gen"
    if not generated.exists():
        generated.mkdir()
        run(["protoc", *imports(), f"--plugin=protoc-gen-es={npm_tool('protoc-gen-es')}",
             f"--es_out={generated}", "--es_opt=target=ts,import_extension=js", *contracts()])
        for source in CLIENTS.glob("*.ts"):
            (folder / source.name).write_text(source.read_text())
    output = folder / f"{name}.mjs"
    # Libraries in CommonJS call require(), which a module of Node's has to make itself.
    banner = ('import { createRequire } from "node:module";'
              "const require = createRequire(import.meta.url);")
    run([npm_tool("esbuild"), folder / f"{name}.ts", "--bundle", f"--platform={platform}",
         "--format=esm", f"--outfile={output}", "--log-level=warning",
         *([f"--banner:js={banner}"] if platform == "node" else [])],
        env={"NODE_PATH": str(need(NODE_MODULES)), "PATH": "/usr/bin:/bin"})
    return output


def generate_python(folder):
    """Makes the classes of the contracts in Python."""
    run([sys.executable, "-m", "grpc_tools.protoc", *imports(), f"--python_out={folder}",
         f"--grpc_python_out={folder}", *contracts()])


class ForeignTest(unittest.TestCase):
    """Serves the budget service; a subclass asks it through clients."""

    options = ()

    @classmethod
    def setUpClass(cls):
        cls.budget = Process("--facts", SOURCE / "services/budget/facts", *cls.options,
                             program=BUILD / "bin/budget")
        cls.address = f"127.0.0.1:{cls.budget.port}"

    @classmethod
    def tearDownClass(cls):
        code, log = cls.budget.stop()
        assert code == 0, log

    def check(self, answers):
        """Compares what a client reported with what is known of the data."""
        answers = dict(answers)
        self.assertNotIn("failed", answers)
        self.assertGreater(answers.pop("lines"), 40)
        answers.pop("encoding", None)
        error = answers["error"]
        # Connect's libraries write codes in their own way.
        for place, key in ((error, "code"), (answers, "deadline")):
            if key in place:
                place[key] = re.sub("(?<=[a-z])(?=[A-Z])", "_", place[key]).upper()
        self.assertEqual(answers, ANSWERS)

    def ask(self, command, **more):
        return json.loads(run(command, **more))
