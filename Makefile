# Every command here works on a fresh clone: it sets up what it needs first.
.DEFAULT_GOAL := help
.PHONY: help setup run demo chromium nginx strace test all-tests coverage other-pythons faults loaders deploys differential lint lint-generated check-env generate fix lock release bench peers clean

PYTHON ?= python3
# Another Python has an environment of its own: `make all-tests PYTHON=python3.12`.
VENV := .venv$(addprefix -,$(filter-out python3,$(notdir $(PYTHON))))
BIN := $(CURDIR)/$(VENV)/bin
READY := $(VENV)/.ready
LIVE := tests/setpoint/envfile/live
NODE_MODULES := $(LIVE)/node_modules/.package-lock.json
SERVERS := tests/app/store/servers
SERVERS_MODULES := $(SERVERS)/node_modules/.package-lock.json
AXE := tests/ui/axe
AXE_MODULES := $(AXE)/node_modules/.package-lock.json
PEERS := .venv-peers/.ready
PEERS_NODE := benchmarks/peers
PEERS_MODULES := $(PEERS_NODE)/node_modules/.package-lock.json
PYTEST = $(BIN)/pytest
# One more than the cores of the machine that a run is made for, because tests also wait for servers and disks. Each
# worker begins with tests that are next to each other, so that few start the same server, and then steals from others.
WORKERS = -n 3 --dist worksteal
# `all-tests`, which CI runs, empties this.
SELECTED = -m 'not long'
# Tests start the service hundreds of times; without this, each start would compile it again.
unexport PYTHONDONTWRITEBYTECODE
NPM = PATH="$(BIN):$$PATH" npm --ignore-scripts --no-audit --no-fund --loglevel=error

help: ## List the commands
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 22

setup: $(READY) $(NODE_MODULES) $(SERVERS_MODULES) $(AXE_MODULES) ## Make .venv with the pinned dependencies

$(READY): requirements/dev.txt pyproject.toml
	@python=$$(.ci/find-python $(PYTHON)) || exit 1; \
	$$python -c 'import sys; sys.exit("Setpoint needs Python 3.11 or newer, and this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)' || exit 1; \
	test -x $(BIN)/pip || $$python -m venv $(VENV) || { rm -rf $(VENV); echo 'python3 has no working `venv` module; on Debian: apt-get install python3-venv' >&2; exit 1; }
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# npm's dotenv, with which a test compares our reader. Node.js itself comes with the Python packages.
$(NODE_MODULES): $(LIVE)/package-lock.json | $(READY)
	@$(NPM) ci --prefix $(LIVE) >/dev/null
	@touch $@

# The oldest and the newest PostgreSQL server that the store is tested on. npm packages can't contain symbolic links, so a
# script in each makes them.
$(SERVERS_MODULES): $(SERVERS)/package-lock.json | $(READY)
	@$(NPM) ci --prefix $(SERVERS) >/dev/null
	@for server in $(SERVERS)/node_modules/*/; do (cd "$$server" && PATH="$(BIN):$$PATH" node scripts/hydrate-symlinks.js) || exit 1; done
	@touch $@

# axe-core, which finds pages that some people can't use.
$(AXE_MODULES): $(AXE)/package-lock.json | $(READY)
	@$(NPM) ci --prefix $(AXE) >/dev/null
	@touch $@

# What Setpoint is compared with has an environment of its own: its dependencies must not decide ours.
$(PEERS): requirements/peers.txt | $(READY)
	@test -x .venv-peers/bin/pip || $(BIN)/python -m venv .venv-peers
	@.venv-peers/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/peers.txt
	@touch $@

# package.json replaces varlock's helpers for key stores with a package that is installed anyway: npm installs from a lock
# only if every package is found, and not every registry has all of the helpers.
$(PEERS_MODULES): $(PEERS_NODE)/package-lock.json | $(READY)
	@$(NPM) ci --prefix $(PEERS_NODE) >/dev/null
	@touch $@

run: $(READY) ## Start the service on this machine, and say what to try
	@cd backend && $(BIN)/python -m config init --local && exec env SETPOINT_WELCOME=1 $(BIN)/gunicorn run:application

demo: $(READY) ## Show the service at work: two of three instances refuse a revision
	@$(BIN)/python demo

chromium: ## Install Chromium, for the tests of the pages, if it is missing
	@.ci/install-program chromium 'the tests of the pages'

nginx: ## Install nginx, for the tests of recipes, if it is missing; it is not started
	@.ci/install-program nginx 'the tests of recipes'

strace: ## Install strace, for the tests of power cuts, if it is missing
	@.ci/install-program strace 'the tests of power cuts'

test: $(READY) $(NODE_MODULES) $(SERVERS_MODULES) $(AXE_MODULES) chromium nginx strace ## Run all tests but the long ones
	@$(PYTEST) $(WORKERS) $(SELECTED)

all-tests: ## Run all tests
	@$(MAKE) --no-print-directory test SELECTED=

coverage: $(READY) ## Run all tests, and fail if they reach too little of the code
	@$(BIN)/coverage erase
	@$(MAKE) --no-print-directory all-tests PYTEST='$(BIN)/coverage run -m pytest'
	@find . -maxdepth 1 -name '.coverage.*' -empty -delete # of processes that were killed
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

other-pythons: ## Run all tests on each other supported Python of this machine
	@.ci/other-pythons

faults: $(READY) $(SERVERS_MODULES) strace ## Repeat the tests of faults that only show by chance
	@FAULT_ROUNDS=25 $(BIN)/pytest -n 2 --timeout 1200 tests/faults tests/app/domain/test_identity.py tests/app/store/test_sealing.py tests/app/http/resources/test_refusal_times.py
	@DIFFERENTIAL_EXAMPLES=25 $(BIN)/pytest -n 2 --timeout 1200 tests/setpoint/differential
	@DESCRIBED_EXAMPLES=100 $(BIN)/pytest -n 2 --timeout 1200 tests/app/http/resources/test_described_answers.py

loaders: $(READY) ## Print how many published cases each loader reads right
	@$(BIN)/pytest -q -n 0 -s tests/setpoint/envfile/test_published_cases.py

deploys: $(READY) ## Print how many published cases of each kind of deploy file are read right
	@$(BIN)/pytest -q -n 0 -s $(wildcard tests/setpoint/deploys/*/test_published_cases.py)

differential: $(READY) ## Compare Setpoint with settings classes of all kinds, in many environments
	@DIFFERENTIAL_EXAMPLES=$${DIFFERENTIAL_EXAMPLES:-300} $(BIN)/pytest -q -n 0 -s --timeout=0 tests/setpoint/differential

lint: $(READY) ## Check style, types, layers and generated files
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(MAKE) --no-print-directory lint-generated

lint-generated: $(READY) ## Check that the generated files are fresh
	@cd backend && $(BIN)/python -m config example --check
	@cd backend && $(BIN)/python -m config docs --check
	@PYTHONPATH=tests $(BIN)/python tests/docs/rule_data.py --check
	@PYTHONPATH=tests $(BIN)/python tests/docs/messages.py --check
	@PYTHONPATH=tests $(BIN)/python tests/docs/commands.py --check
	@PYTHONPATH=tests $(BIN)/python tests/docs/http_api.py --check
	@cd backend && $(BIN)/python -m config rule --format markdown | diff -u ../docs/reference/rules.md -

check-env: $(READY) ## Check an env file: make check-env ENV=path/to/prod.env
	@file='$(ENV)'; case "$$file" in ''|/*) ;; *) file='$(CURDIR)'/"$$file" ;; esac; \
	cd backend && $(BIN)/python -m config check $${file:+"$$file"}

generate: $(READY) ## Rewrite the generated files
	@cd backend && $(BIN)/python -m config example
	@cd backend && $(BIN)/python -m config docs
	@PYTHONPATH=tests $(BIN)/python tests/docs/rule_data.py
	@cd backend && $(BIN)/python -m config rule --format markdown > ../docs/reference/rules.md
	@PYTHONPATH=tests $(BIN)/python tests/docs/messages.py
	@PYTHONPATH=tests $(BIN)/python tests/docs/commands.py
	@PYTHONPATH=tests $(BIN)/python tests/docs/http_api.py
	@PYTHONPATH=tests $(BIN)/python tests/docs/screenshots.py

fix: $(READY) ## Fix what the linters can fix
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

LOCK = $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock'

lock: $(READY) ## Pin the newest allowed dependencies, with hashes
	@$(LOCK) pyproject.toml --group server --output-file requirements/server.txt
	@$(LOCK) pyproject.toml --group dev --constraint requirements/server.txt --output-file requirements/dev.txt
	@$(LOCK) --group peers --constraint requirements/server.txt --output-file requirements/peers.txt
	@$(NPM) install --prefix $(PEERS_NODE) --package-lock-only --omit-lockfile-registry-resolved >/dev/null

release: $(READY) ## Check everything, then build the sdist and the wheel; publish nothing
	@.ci/release

bench: $(READY) $(PEERS) $(PEERS_MODULES) $(SERVERS_MODULES) ## Measure Setpoint and the alternatives side by side
	@PYTHONPATH=tests $(BIN)/python benchmarks

peers: $(READY) $(PEERS) $(PEERS_MODULES) ## Try the alternatives, and rewrite the tables of docs/peers.md
	@$(BIN)/python benchmarks/tried.py

clean: ## Remove what `make` made
	@rm -rf .venv .venv-* $(LIVE)/node_modules $(SERVERS)/node_modules $(AXE)/node_modules $(PEERS_NODE)/node_modules .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache dist
