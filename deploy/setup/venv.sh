#!/usr/bin/env bash
# Makes .venv from the lock (hashes checked) with the project in it; run by `make`.
set -euo pipefail
cd "$(dirname "$0")/../.."
python=${PYTHON:-python3}

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "Homeward needs Python 3.11 or later: install it, or name it: make PYTHON=python3.12" >&2
    exit 1
fi
pip=(.venv/bin/python -m pip)
if [ ! -x .venv/bin/python ] || ! .venv/bin/python -c '' 2>/dev/null; then
    if "$python" -c 'import ensurepip' 2>/dev/null; then
        "$python" -m venv .venv
    elif "$python" -m pip --version >/dev/null 2>&1; then
        "$python" -m venv --without-pip .venv
    else
        echo "This Python cannot make virtual environments: install python3-venv" \
            "(Debian and Ubuntu: apt-get install python3-venv)" >&2
        exit 1
    fi
fi
if ! .venv/bin/python -c 'import pip' 2>/dev/null; then
    pip=("$python" -m pip --python .venv/bin/python)
fi
# The lock brings everything, the build back end too: nothing is resolved or built in isolation.
"${pip[@]}" install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
"${pip[@]}" install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
