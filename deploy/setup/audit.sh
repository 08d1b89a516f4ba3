#!/usr/bin/env bash
# Asks the public lists for known vulnerabilities of what the locks pin: run by `make audit`.
# Exit code 1: there are some. A list that cannot be reached is skipped, and that is said.
# AUDIT_PYTHON_URL names another service that speaks OSV; npm takes its own registry setting.
set -euo pipefail
cd "$(dirname "$0")/../.."
export PATH="$PWD/.venv/bin:$PATH"
source deploy/setup/locked.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
found=0

skipped() { echo "$1: SKIPPED, the list of known vulnerabilities cannot be reached: $2"; }

service=(${AUDIT_PYTHON_URL:+--service-url "$AUDIT_PYTHON_URL"})
if ! locked "$work" 2>"$work/told"; then
    skipped "Python packages" "$(tail -n 1 "$work/told")"
else
    code=0
    uv audit --project "$work" --frozen --preview-features audit-command "${service[@]}" \
        >"$work/report" 2>"$work/told" || code=$?
    if [ "$code" = 1 ] && [ -s "$work/report" ]; then
        cat "$work/report"
        found=1
    elif [ "$code" != 0 ]; then
        skipped "Python packages" "$(tail -n 1 "$work/told")"
    else
        echo "Python packages: no known vulnerability"
    fi
fi

code=0
npm audit --package-lock-only --json --fetch-retries=0 >"$work/report" 2>/dev/null || code=$?
if ! grep -q '"auditReportVersion"' "$work/report"; then
    skipped "pages' packages" "$(sed -nE 's/^ *"message": "(.*)",$/\1/p' "$work/report" | head -n 1)"
elif [ "$code" != 0 ]; then
    npm audit --package-lock-only --loglevel=error || true
    found=1
else
    echo "pages' packages: no known vulnerability"
fi
exit "$found"
