# Sourced by bin/run and bin/test: finds Python and keeps an environment of its own
# that is rebuilt only when the locked requirements change.

say() { printf '%s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

find_python() {
    local candidate
    for candidate in python3.11 python3 python3.12 python3.13; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    fail "Python 3.11 or newer is needed: apt-get install python3 python3-venv"
}

# The name of a Debian package, and what it is needed for.
install_package() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
    say "Installing $1 ($2)"
    {
        apt-get install -y -qq --no-install-recommends "$1" ||
            { apt-get update -qq && apt-get install -y -qq --no-install-recommends "$1"; }
    } >/dev/null 2>&1 </dev/null
}

# A folder and the requirements file that it holds.
make_environment() {
    local folder=$1 requirements=$2 python lock
    lock=$(sha256sum <"$requirements")
    [ "$(cat "$folder/lock" 2>/dev/null)" = "$lock" ] && return
    python=$(find_python) || return
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        install_package python3-venv "Python environments" &&
            "$python" -c 'import ensurepip, venv' 2>/dev/null ||
            fail "Python comes without its venv module: apt-get install python3-venv"
    fi
    say "Installing what $requirements locks (once)"
    rm -rf "$folder"
    # The lock names everything: a newer release of what it needs is never looked for.
    "$python" -m venv "$folder" &&
        "$folder/bin/python" -m pip install --quiet --no-input --no-deps \
            --disable-pip-version-check --require-hashes -r "$requirements" &&
        "$folder/bin/python" -m pip check --quiet --disable-pip-version-check &&
        printf '%s' "$lock" >"$folder/lock"
}
