#!/usr/bin/env bash
# Writes the hash-locked requirements of every service and of development: third-party packages only.
set -euo pipefail
cd "$(dirname "$0")/.."
uv=${UV:-.venv/bin/uv}
ours=(--no-emit-package guzgu-contracts --no-emit-package guzgu-chassis --no-emit-package guzgu-look
      --no-emit-package guzgu-provision --no-emit-package guzgu-country --no-emit-package guzgu-stack)
lock() { # OUTPUT INPUT...
  local out=$1; shift
  echo "locking $out"
  "$uv" pip compile -q --universal --generate-hashes --python-version 3.11 --no-annotate --no-header "${ours[@]}" "$@" build-backend.in -o "$out"
}
for service in identity collector aggregator reporter; do
  lock services/$service/requirements.txt services/$service/pyproject.toml
done
lock deploy/provision/requirements.txt deploy/provision/pyproject.toml
lock tools/country/requirements.txt tools/country/pyproject.toml
lock requirements-dev.txt requirements-dev.in services/{identity,collector,aggregator,reporter}/pyproject.toml deploy/{provision,local}/pyproject.toml tools/country/pyproject.toml
