#!/usr/bin/env python3
"""The codec, judged by protobuf's own conformance runner: proto3, binary and JSON.

Everything required and recommended must pass but for the tests that README.md lists with their
reasons; a listed test that passes is an error too.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD = pathlib.Path(os.environ.get('SOTONG_BUILD_DIRECTORY', ROOT / 'build'))
SUITE = pathlib.Path(os.environ.get('SOTONG_TOOLS', ROOT / 'build/tools')) / 'protobuf-conformance'
PROGRAM = BUILD / 'bin/protobuf-conformance'
TIMEOUT_S = 540

# What the runner has for other messages than proto3's is skipped; this many tests at least are not.
RUN_MIN = 1476
LISTED = re.compile(r'^\| `((?:Required|Recommended)\.[^`]+)` \| (.+) \|$', re.MULTILINE)
RESULT = re.compile(r'(\d+) successes, (\d+) skipped, (\d+) expected failures, '
                    r'(\d+) unexpected failures')


def skip(reason):
    print(f'skipped: {reason}')
    sys.exit(0)


def known_failures():
    return [name for name, _ in LISTED.findall((HERE / 'README.md').read_text(encoding='utf-8'))]


def run(folder):
    """The runner's exit code and what it said."""
    listed = folder / 'known.txt'
    listed.write_text('\n'.join(known_failures()) + '\n', encoding='utf-8')
    # The program under test gets a clean environment: the shim is for the runner alone.
    command = [SUITE / 'runner', '--enforce_recommended', '--failure_list', listed,
               '--output_dir', f'{folder}/', '/usr/bin/env', '-u', 'LD_PRELOAD', PROGRAM]
    environment = {**os.environ, 'LD_PRELOAD': str(SUITE / 'runner_shim.so')}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=TIMEOUT_S, check=False)
    return done.returncode, done.stdout.decode(errors='replace')


def main():
    if not (SUITE / 'runner').exists():
        skip(f'{SUITE} does not hold the runner (deploy/dev packages)')
    if not PROGRAM.exists():
        skip(f'{PROGRAM} was not built: its .proto files were not there when cmake ran')
    with tempfile.TemporaryDirectory() as folder:
        code, said = run(pathlib.Path(folder))
    results = [tuple(map(int, numbers)) for numbers in RESULT.findall(said)]
    ran = sum(numbers[0] + numbers[2] for numbers in results)
    if code != 0 or not results or any(numbers[3] for numbers in results):
        print(said[-20000:])
        sys.exit(f'the runner ended with {code}')
    if ran < RUN_MIN:
        sys.exit(f'only {ran} tests were run, fewer than {RUN_MIN}')
    for successes, skipped, expected, _ in results:
        print(f'{successes} passed, {expected} listed in README.md, {skipped} not of proto3')


if __name__ == '__main__':
    main()
