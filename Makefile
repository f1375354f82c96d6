# Works with GNU make 3.81 (macOS) and newer. `make` alone says what there is.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help run demo test check lint lint-format lint-rules lint-types lint-imports lint-docs fmt docs lock soak bench

# Some set this for images and CI. A test run starts some sixty processes: none has to compile our modules anew.
export PYTHONDONTWRITEBYTECODE :=

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
MINUTES ?= 60
# Where a stamp is newer than the lock and pyproject.toml, what they ask for is installed. Both die with the venv.
RUN_STAMP := $(VENV)/.installed-run
DEV_STAMP := $(VENV)/.installed-dev
# A venv whose making was interrupted lacks pip, which Python carries with it.
ENSURE_PIP := $(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null

help: ## Say what there is
	@echo "MediaNest. Two commands to begin with:"
	@echo
	@echo "  make run     start it; the first time, install it first. Needs Python 3.11 or newer and nothing else."
	@echo "  make test    run every test, on servers that the run itself starts."
	@echo
	@sed -n 's/^\([a-z][a-z-]*\):[^#]*## \(.*\)/\1|\2/p' Makefile | awk -F '|' '{ printf "  make %-8s %s\n", $$1, $$2 }'
	@echo
	@echo "  PYTHON=/path/to/python    the Python to make .venv with, where none is found or another is wanted"
	@echo "  ARGS='-k claim -x'        further arguments for pytest (test, soak) or the command (demo)"
	@echo "  MINUTES=60                how long make soak keeps up the load under which memory may not grow"
	@echo "  docs/configuration.md     what MEDIANEST_* variables make run obeys"

run: $(RUN_STAMP) ## Install if need be, then start everything at http://127.0.0.1:8484
	@exec $(BIN)/medianest up

demo: $(RUN_STAMP) ## The same with a made-up house to look around in, kept apart from yours
	@exec $(BIN)/medianest demo $(ARGS)

test: $(DEV_STAMP) ## Run every test (some minutes on two cores)
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal $(ARGS)

check: ## Run lint, then test: what has to pass before a change goes in
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory test

lint: $(DEV_STAMP) ## Check format, rules, types, the direction of imports and generated pages
	@$(MAKE) --no-print-directory -k -j 2 lint-types lint-imports lint-docs lint-format lint-rules

lint-format: $(DEV_STAMP)
	$(BIN)/ruff format --check --quiet .

lint-rules: $(DEV_STAMP)
	$(BIN)/ruff check --quiet .

lint-types: $(DEV_STAMP)
	$(BIN)/mypy --strict src $(wildcard benchmarks/*.py)

lint-imports: $(DEV_STAMP)
	$(BIN)/lint-imports --no-logo

lint-docs: $(DEV_STAMP)
	$(BIN)/python -m medianest.main.docs --check

fmt: $(DEV_STAMP) ## Format the code and mend what can be mended by itself
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format --quiet .

docs: $(DEV_STAMP) ## Write the generated pages anew
	$(BIN)/python -m medianest.main.docs

soak: $(DEV_STAMP) ## Run the long trials whole, in about an hour and a half (make test runs one short round of each)
	@$(BIN)/python -m benchmarks.soak --minutes $(MINUTES) -- $(ARGS)

# wrk and Node are asked for by what is measured with them: without them those rows are left out.
bench: $(DEV_STAMP) ## Measure the speed claims (with wrk, and Node for one row, where they are installed)
	$(BIN)/python -m benchmarks

COMPILE = $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --group

lock: | $(BIN)/python ## Choose newer versions: rewrites both lock files (the one target that looks for releases)
	$(PIP) install uv
	$(COMPILE) dev --upgrade --output-file requirements-dev.lock
	$(COMPILE) build --upgrade --constraint requirements-dev.lock --output-file requirements.lock

$(RUN_STAMP): requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing MediaNest in $(VENV) ..."
	@$(ENSURE_PIP)
	@$(PIP) install --require-hashes --requirement requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV_STAMP): requirements-dev.lock requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing MediaNest and its development tools in $(VENV) ..."
	@$(ENSURE_PIP)
	@$(PIP) install --require-hashes --requirement requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $(RUN_STAMP) $@

# A candidate counts when it runs, is new enough and can make a venv with pip (Debian ships that part separately).
$(BIN)/python:
	@for candidate in $(PYTHON) python3.13 python3.12 python3.11 python3 python3.14; do \
		if "$$candidate" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			echo "Making $(VENV) with $$candidate ..."; \
			exec "$$candidate" -m venv --clear $(VENV); \
		fi; \
	done; \
	echo "MediaNest needs Python 3.11 or newer with its venv module, and found none. Install it:" >&2; \
	echo "  Debian, Ubuntu: apt install python3 python3-venv     macOS: brew install python@3.13" >&2; \
	echo "or name one: make PYTHON=/path/to/python3" >&2; \
	exit 1
