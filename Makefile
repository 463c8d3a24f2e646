# `make` lists the tasks; `make run` is all that an operator needs.
#
# Everything lives in .venv, installed from the locks, every file checked against its hash.
# Stamps in .venv remember what was installed: a changed lock, another Python or a moved tree
# makes them stale, and nothing else is done twice.

PYTHON ?= python3
WORKERS ?= 2
ARGS ?=
UPGRADE ?=

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
LOCK := $(BIN)/uv pip compile --no-config --quiet --universal --python-version 3.11 \
	--generate-hashes --custom-compile-command "make lock"

# Which Python, and where: a virtual environment is of no use to another of either.
IDENTITY := $(shell $(PYTHON) -c 'import binascii, os, sys; print("%d.%d-%08x" % (sys.version_info[:2] + (binascii.crc32(os.getcwd().encode("utf-8")) & 0xFFFFFFFF,)))' 2>/dev/null)
MADE := $(VENV)/made-$(IDENTITY)
RUNTIME := $(VENV)/installed-runtime
GRAMMAR := $(VENV)/installed-grammar
TOOLS := $(VENV)/installed-tools

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: help run nlp test check image bench bench-scale soak mutants cover lock clean

help: ## list the tasks
	@awk -F ' ## ' '/^[a-z-]+:.* ## / { sub(/:.*/, "", $$1); printf "  make %-11s %s\n", $$1, $$2 }' Makefile
	@echo "Another interpreter: make run PYTHON=python3.12"

run: $(RUNTIME) ## set up at the first time, then start the bot on tips.yaml with one tip at once
	@exec $(BIN)/tipsbot run --now

nlp: $(GRAMMAR) ## add what reads English grammar, for better summaries (200 MB)

test: $(TOOLS) ## run every test; some of them: make test ARGS="tests/core -k fit"
	@$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist worksteal $(ARGS)

check: $(TOOLS) ## look at everything without running it: style, types, imports, image, locks
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/hadolint --failure-threshold style Dockerfile
	@$(BIN)/python -m pytest --quiet tests/edges/test_lock.py

image: $(TOOLS) ## build the container image and try it, with docker, or as root with buildah
	@$(BIN)/python -m tests.image $(ARGS)

bench: $(TOOLS) ## measure
	@$(BIN)/python -m bench $(ARGS)

bench-scale: $(TOOLS) ## measure a discussion of 1,000,000 entries on 10,000 tips
	@$(BIN)/python -m bench discussion --large $(ARGS)

soak: $(TOOLS) ## live through long seeds of the simulation: make soak ARGS="--seeds 100 --first 1"
	@$(BIN)/python -m tests.sim $(ARGS)

mutants: $(TOOLS) ## plant small faults in a copy; the simulation or a test must notice each
	@$(BIN)/python -m tests.sim.mutants $(ARGS)

cover: $(TOOLS) ## run the tests of ledger, classifiers and cursors; every branch of those must be taken
	@$(BIN)/python -m pytest --quiet --numprocesses $(WORKERS) tests/core tests/app tests/store \
		tests/contract $(wildcard tests/edges/test_x_*.py tests/edges/test_mastodon*.py) \
		--cov --cov-config=tests/certain.ini --cov-report=term-missing --cov-fail-under=100

lock: $(TOOLS) ## pin what pyproject.toml asks for; to newer releases: make lock UPGRADE=--upgrade
	@$(LOCK) $(UPGRADE) pyproject.toml --output-file requirements.txt
	@$(LOCK) $(UPGRADE) --group build --output-file requirements-build.txt
	@$(LOCK) $(UPGRADE) --extra nlp pyproject.toml --constraints requirements.txt \
		--constraints requirements-build.txt --output-file requirements-nlp.txt
	@$(LOCK) $(UPGRADE) --group dev --constraints requirements-nlp.txt \
		--constraints requirements-build.txt --output-file requirements-dev.txt

clean: ## remove everything that was made here, but never data/
	@rm -rf $(VENV) build dist *.egg-info .coverage* .hypothesis .import_linter_cache \
		.mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(MADE):
	@command -v $(PYTHON) >/dev/null || { \
		echo >&2 "tipsbot needs Python 3.11 or newer, and there is no $(PYTHON) here. Install it, or name another: make run PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(None if v >= (3, 11) else "tipsbot needs Python 3.11 or newer, and $(PYTHON) is %d.%d. Name another: make run PYTHON=python3.12" % v[:2])'
	@echo "Setting up $(VENV) with $$($(PYTHON) --version) (once; it takes about a minute) ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

# The warning that is silenced is about importing from the tree, which is what we want here.
$(RUNTIME): $(MADE) pyproject.toml requirements.txt requirements-build.txt
	@echo "Installing what the bot needs ..."
	@$(PIP) install --require-hashes -r requirements.txt -r requirements-build.txt
	@PYTHONWARNINGS=ignore $(PIP) install --no-index --no-deps --no-build-isolation --editable .
	@touch $@

$(GRAMMAR): $(RUNTIME) requirements-nlp.txt
	@echo "Installing what reads English grammar ..."
	@$(PIP) install --require-hashes -r requirements-nlp.txt
	@touch $@

$(TOOLS): $(GRAMMAR) requirements-dev.txt
	@echo "Installing what its tests and checks need ..."
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $@
