# What requirements.lock pins, in uv's own form, for sbom.sh and audit.sh; sourced by them.
# The names are resolved under those pins: whom each part comes with is in no list of pins.

# Writes pyproject.toml and uv.lock into folder $1.
locked() {
    mkdir -p "$1"
    cp pyproject.toml README.md "$1/"
    {
        printf '\n[tool.uv]\nconstraint-dependencies = [\n'
        sed -nE "s/^([A-Za-z0-9_.-]+==[^\\\\]*[^\\\\ ]) *\\\\?\$/    '''\\1''',/p" requirements.lock
        printf ']\n'
    } >>"$1/pyproject.toml"
    .venv/bin/uv lock --quiet --project "$1" --python .venv/bin/python
}
