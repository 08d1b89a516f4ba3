#!/usr/bin/env bash
# Writes what Homeward is made of, as CycloneDX, into build/sbom: run by `make sbom`.
set -euo pipefail
cd "$(dirname "$0")/../.."
export PATH="$PWD/.venv/bin:$PATH"
source deploy/setup/locked.sh
made=build/sbom
locked "$made/locked"
uv export --quiet --project "$made/locked" --frozen --all-extras --format cyclonedx1.5 \
    --preview-features sbom-export --output-file "$made/python.cdx.json" >/dev/null
npm sbom --sbom-format cyclonedx --package-lock-only --loglevel=error >"$made/pages.cdx.json"
rm -r "$made/locked"
echo "$made/python.cdx.json" "$made/pages.cdx.json"
