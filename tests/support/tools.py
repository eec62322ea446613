"""Suites and clients of others, which `deploy/dev packages` puts into SOTONG_TOOLS."""

import os
import pathlib
import unittest

from services import SOURCE

TOOLS = pathlib.Path(os.environ.get("SOTONG_TOOLS", SOURCE / "build/tools"))
NODE_MODULES = TOOLS / "node_modules"


def need(path):
    """The path; where nothing is there the test is skipped, with this as its reason."""
    if not path.exists():
        raise unittest.SkipTest(f"{path} is not there (deploy/dev packages)")
    return path


def go_tool(name):
    """A program that deploy/dev builds from Go."""
    return need(TOOLS / "bin" / name)


def npm_tool(name):
    """A program that comes from npm."""
    return need(NODE_MODULES / ".bin" / name)
