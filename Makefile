# Everything a fresh machine needs is set up by whichever target is asked for first.
# A stamp in .make/ bears the checksum of what was locked: an unchanged lock is not done again.
PYTHON ?= python3
BIN := .venv/bin
VENV_STAMP := .make/venv-$(shell { cat requirements.lock; sed '/^.tool.ruff/,$$d' pyproject.toml; } | cksum | tr ' ' '-')
WEB_STAMP := .make/web-$(shell cat package-lock.json deploy/setup/web.sh deploy/setup/cornerstone.js | cksum | tr ' ' '-')
# Each has a PostgreSQL and a broker of its own; 0: all tests one after another.
WORKERS ?= 2
# How long `make fuzz` asks each part.
SECONDS_EACH ?= 60
SET_UP := $(VENV_STAMP) $(WEB_STAMP)

.PHONY: demo day test check bench soak fuzz pictures words sbom audit setup
.DEFAULT_GOAL := check

demo: setup  ## the whole ward with simulated patients, until Ctrl-C or DEMO_SECONDS
	@exec $(BIN)/python -m deploy.demo

day: setup  ## 300 simulated patients live a day (about half an hour): its account, into build/day
	@exec $(BIN)/python -m deploy.day --out build/day

test: setup  ## every test, against the real services
	$(BIN)/pytest -m "not soak" --numprocesses=$(WORKERS) --durations=10 --durations-min=1

check: setup  ## format, lint, types (Python and the pages' scripts), import contracts
	$(BIN)/ruff format --check --quiet
	$(BIN)/ruff check --quiet
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/node node_modules/typescript/bin/tsc -p tsconfig.json
	$(BIN)/node node_modules/typescript/bin/tsc -p tsconfig.pure.json

bench: setup  ## the benchmarks: a table, and JSON lines in bench-results/
	$(BIN)/python -m deploy.bench

soak: setup  ## long randomised fault runs
	$(BIN)/pytest -m soak

fuzz: setup  ## broken input to every part that reads others' bytes; SECONDS_EACH for each
	$(BIN)/python -m tests.fuzz.atheris_run --seconds $(SECONDS_EACH)

pictures: setup  ## draw the kept pictures of the pages anew (tests/pictures): look at what changed
	$(BIN)/pytest --quiet --numprocesses=0 --keep-pictures tests/e2e/test_pages_pictures.py

words: setup  ## bring new words into the catalogues (api/language/*.po), to be translated there
	$(BIN)/pytest --quiet --numprocesses=0 --keep-words tests/house/test_catalogues.py

sbom: setup  ## what it is made of (CycloneDX), into build/sbom
	@deploy/setup/sbom.sh

audit: setup  ## known vulnerabilities of what the locks pin; skipped, and said so, without network
	@deploy/setup/audit.sh

setup: $(SET_UP)

$(VENV_STAMP):
	@echo "setting up .venv (about a minute, once)"
	@PYTHON=$(PYTHON) deploy/setup/venv.sh
	@mkdir -p .make && rm -f .make/venv-* && touch $@

$(WEB_STAMP): | $(VENV_STAMP)
	@deploy/setup/web.sh
	@mkdir -p .make && rm -f .make/web-* && touch $@
