#!/usr/bin/env bash
# The schemas: buf lint, and no change that breaks what the last landed version promised.
set -euo pipefail
cd "$(dirname "$0")/../.."
buf=${SOTONG_TOOLS:-$PWD/build/tools}/node_modules/.bin/buf
[ -x "$buf" ] || { echo "skipped: $buf is not there (deploy/dev packages)"; exit 0; }

(cd protos && "$buf" lint)
echo "buf lint: clean"

# The check itself must be able to fail: a renumbered field is refused.
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -r protos/. "$copy"
sed -i 's/string report_id = 1 /string report_id = 99 /' "$copy/sotong/slice/v1/slice.proto"
if "$buf" breaking "$copy" --against protos >/dev/null 2>&1; then
  echo "a renumbered field was not refused"
  exit 1
fi
echo "buf breaking: refuses a renumbered field"

# The last landed version: what the branch that we land on holds, else the commit before the last
# one that touched the schemas.
if ! git rev-parse -q --verify HEAD >/dev/null 2>&1; then echo "skipped: no git history"; exit 0; fi
landed=$(git rev-parse -q --verify origin/main || true)
if [ -z "$landed" ] || git diff --quiet "$landed" -- protos; then
  last=$(git rev-list -1 HEAD -- protos)
  if git diff --quiet HEAD -- protos; then landed=$(git rev-parse -q --verify "$last^" || true)
  else landed=$(git rev-parse HEAD); fi
fi
if [ -z "$landed" ] || ! git cat-file -e "$landed:protos/buf.yaml" 2>/dev/null; then
  echo "skipped: no earlier version of the schemas"
  exit 0
fi
base=$copy/landed
mkdir "$base"
git archive "$landed" protos | tar -x -C "$base"
"$buf" breaking protos --against "$base/protos"
echo "buf breaking: nothing that $(git rev-parse --short "$landed") promised is broken"
