# Shell code shared by start, demo, test and the benches. Sourced, never run.
# The caller has done `set -euo pipefail` and set ROOT to the folder of the repository.

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

die() {
  say "$*"
  exit 1
}

# Node 20.12 or later and npm, or an end that says where to get them.
need_node() {
  local remedy='install Node.js 20.12 or later with npm (https://nodejs.org/en/download, or your package manager)'
  command -v node >/dev/null || die "node was not found; $remedy"
  command -v npm >/dev/null || die "npm was not found; $remedy"
  node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 12) ? 0 : 1)' ||
    die "node $(node --version) is too old; $remedy"
}

# Run a command as root: directly, or by sudo when we are somebody else.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    return 1
  fi
}

# Install Debian packages. The package lists are refreshed only when installing without that fails.
install_debian() {
  command -v apt-get >/dev/null || return 1
  say "installing Debian packages: $*"
  export DEBIAN_FRONTEND=noninteractive
  as_root apt-get install -y --no-install-recommends "$@" >&2 && return 0
  as_root apt-get update >&2 && as_root apt-get install -y --no-install-recommends "$@" >&2
}

# Make sure that a program is there, installing the Debian package that brings it.
need_program() {
  local program=$1 package=$2
  command -v "$program" >/dev/null && return 0
  install_debian "$package" && command -v "$program" >/dev/null ||
    die "$program is needed and could not be installed; install the package $package by hand"
}

# Make sure that Debian's Python has a module, installing the Debian package that brings it.
need_python() {
  local module=$1 package=$2
  /usr/bin/python3 -c "import $module" 2>/dev/null && return 0
  install_debian "$package" && /usr/bin/python3 -c "import $module" ||
    die "the Python module $module is needed and could not be installed; install the package $package by hand"
}

# The database module is compiled code: does it load in this Node?
database_loads() {
  node -e 'new (require("better-sqlite3"))(":memory:").close()' 2>/dev/null
}

# Names the packages that are installed: the lock file and the Node they were built for.
packages_wanted() {
  cat package-lock.json <(node -p 'process.versions.modules + process.platform + process.arch') | sha256sum | cut -d' ' -f1
}

# Exactly what the lock file says. A lock file that was written where the registry did not offer the packages of
# other platforms makes `npm ci` refuse (EUSAGE); `npm install --no-save` then keeps to the versions in it.
fetch_packages() {
  local log status=0
  log=$(mktemp)
  npm ci --no-audit --no-fund >"$log" 2>&1 || status=$?
  if [ "$status" -ne 0 ] && grep -q EUSAGE "$log"; then
    status=0
    npm install --no-save --no-audit --no-fund >"$log" 2>&1 || status=$?
  fi
  [ "$status" -eq 0 ] || tail -n 40 "$log" >&2
  rm -f "$log"
  return "$status"
}

# Install npm packages when they are missing, or the lock file or Node changed since.
install_packages() {
  local stamp=node_modules/.installed wanted
  wanted=$(packages_wanted)
  if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then
    return 0
  fi
  # Where the headers of this Node are installed beside it, a build needs no download of them.
  local prefix
  prefix=$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")
  if [ -f "$prefix/include/node/node.h" ]; then
    export npm_config_nodedir=$prefix
  fi
  say 'installing npm packages'
  if ! fetch_packages || ! database_loads; then
    say 'better-sqlite3 did not install as it is; it may have to be compiled here'
    if ! command -v make >/dev/null || ! command -v g++ >/dev/null || ! command -v python3 >/dev/null; then
      install_debian python3 make g++ ||
        die 'a compiler is needed and could not be installed; install python3, make and g++, then run this again'
    fi
    fetch_packages || die 'the npm packages could not be installed; messages are above'
    database_loads || npm rebuild better-sqlite3 >&2 || die 'better-sqlite3 could not be built; messages are above'
    database_loads || die 'better-sqlite3 was built but does not load in this Node'
  fi
  printf '%s\n' "$wanted" >"$stamp"
}

# Build dist/ when a source is newer than the last build.
build_if_stale() {
  local stamp=dist/.built
  if [ -f "$stamp" ] && [ -z "$(find src package.json package-lock.json tsconfig.json tsconfig.build.json vite.config.ts -newer "$stamp" -print -quit)" ]; then
    return 0
  fi
  build
}

build() {
  say 'building'
  npm run --silent build >&2 || die 'the build failed; its messages are above'
  mkdir -p dist
  touch dist/.built
}
