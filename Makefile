# `make` lists the tasks; `make run` is all that an operator needs.
#
# The bot is installed in .venv, its tests and checks in .venv-test, so that testing adds nothing to
# an operator's installation. Both are installed from the locks, every file checked against its hash, and
# nothing but what the locks name (--no-deps), so that a release made tomorrow changes nothing.
# Stamp files remember what was installed: a changed lock, another Python or a moved tree makes
# them stale, and nothing else is done twice.

PYTHON ?= python3
# Half of the time a test waits for a server or a browser.
WORKERS ?= 3
ARGS ?=
UPGRADE ?=

VENV := .venv
TEST_VENV := .venv-test
BIN := $(TEST_VENV)/bin
PIP := -m pip
LOCK := $(BIN)/uv pip compile --no-config --quiet --universal --python-version 3.11 \
	--generate-hashes --custom-compile-command "make lock"

# Which Python, and where: a virtual environment is of no use to another of either.
IDENTITY := $(shell $(PYTHON) -c 'import binascii, os, sys; print("%d.%d-%08x" % (sys.version_info[:2] + (binascii.crc32("\n".join((os.getcwd(), sys.base_prefix, sys.version)).encode("utf-8")) & 0xFFFFFFFF,)))' 2>/dev/null)
RUNTIME := $(VENV)/installed
TOOLS := $(TEST_VENV)/installed

# What else is on this machine must not reach into these environments.
unexport PYTHONHOME PYTHONPATH
export PIP_USER := 0
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: help run demo nlp test test-all check image bluesky-network bench bench-scale soak mutants mutants-quick cover lock clean

help: ## list the tasks
	@awk -F ' ## ' '/^[a-z-]+:.* ## / { sub(/:.*/, "", $$1); printf "  make %-13s %s\n", $$1, $$2 }' Makefile
	@echo "Another interpreter: make run PYTHON=python3.12"

run: $(RUNTIME) ## set up at the first time, then start the bot; on your file: make run FILE=my-tips/tips.yaml
	@exec $(VENV)/bin/tipsbot run --now $(if $(filter command,$(firstword $(origin FILE))),--file "$$FILE")

# No failure: a script that has it goes on, since the bot needs nothing in its place.
nlp:
	@echo "The extra that read English grammar is gone. There is nothing to install and nothing to do: see docs/adr/0015-grammar-is-not-read.md"

demo: $(TOOLS) ## see posts with cards, and replies of five networks, with made-up people on local servers
	@exec $(BIN)/python -m tests.demo $(ARGS)

test: $(TOOLS) ## run the quick tests; some of them: make test ARGS="tests/core -k fit"
	@echo "Running the quick tests; on 2 cores they take about 5 minutes together ..."
	@$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist worksteal -m quick $(ARGS)

test-all: $(TOOLS) ## run the long tests as well; only these: make test-all ARGS="-m long"
	@echo "Running the quick and the long tests; on 2 cores they take about 40 minutes together ..."
	@$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist worksteal $(ARGS)

check: $(TOOLS) ## look at everything without running it: style, types, imports, image, deployment, locks
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/hadolint --failure-threshold style Dockerfile
	@$(BIN)/python -m pytest --quiet tests/project/test_lock.py tests/project/test_deploy.py

image: $(TOOLS) ## build the container image and try it, with docker, or as root with buildah
	@$(BIN)/python -m tests.image $(ARGS)

bluesky-network: $(TOOLS) ## install Bluesky's own software for the long tests, from npm, with Node 20
	@$(BIN)/python -m tests.servers.bluesky_network

bench: $(TOOLS) $(RUNTIME) ## measure
	@$(BIN)/python -m bench $(ARGS)

bench-scale: $(TOOLS) ## measure a discussion of 1,000,000 entries on 10,000 tips
	@$(BIN)/python -m bench discussion --large $(ARGS)

soak: $(TOOLS) ## run long seeds of the simulation: make soak ARGS="--seeds 100 --first 1"
	@$(BIN)/python -m tests.sim $(ARGS)

mutants: $(TOOLS) ## plant small faults in a copy; the simulation or a test must notice each
	@$(BIN)/python -m tests.sim.mutants $(ARGS)

mutants-quick: $(TOOLS) ## plant one in each file that `make cover` measures; a test must notice it
	@$(BIN)/python -m tests.mutants $(ARGS)

cover: $(TOOLS) ## run the quick tests of ledger, classifiers and cursors; every branch of those must be taken
	@$(BIN)/python -m pytest --quiet --numprocesses $(WORKERS) -m "quick and not postgresql" \
		tests/core tests/app tests/store \
		tests/contract tests/project/test_certain.py \
		tests/platforms/mastodon tests/platforms/x tests/platforms/bluesky tests/platforms/threads --ignore-glob='*inspect_account.py' \
		--cov --cov-config=tests/certain.ini --cov-report=term-missing --cov-fail-under=100

lock: $(TOOLS) ## pin what pyproject.toml asks for; to newer releases: make lock UPGRADE=--upgrade
	@$(LOCK) $(UPGRADE) pyproject.toml --output-file requirements.txt
	@$(LOCK) $(UPGRADE) --group build --output-file requirements-build.txt
	@$(LOCK) $(UPGRADE) --extra fleet pyproject.toml --constraints requirements.txt \
		--output-file requirements-fleet.txt
	@$(LOCK) $(UPGRADE) --group dev --constraints requirements-fleet.txt \
		--constraints requirements-build.txt --output-file requirements-dev.txt

clean: ## remove everything that was made here, but never data/
	@rm -rf .venv* build dist *.egg-info .coverage* .hypothesis .import_linter_cache \
		.mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

%/made-$(IDENTITY):
	@command -v $(PYTHON) >/dev/null || { \
		echo >&2 "tipsbot needs Python 3.11 or newer, and there is no $(PYTHON) here. Install it, or name another: make run PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(None if v >= (3, 11) else "tipsbot needs Python 3.11 or newer, and $(PYTHON) is %d.%d. Name another: make run PYTHON=python3.12" % v[:2])'
	@echo "Setting up $* with $$($(PYTHON) --version) (once; it takes less than a minute) ..."
	@$(PYTHON) -m venv --clear $*
	@touch $@

# $(call install,FOLDER,LOCKS,OPTIONS): the locked packages and the project itself.
# The warning that is silenced is about importing from the tree, which is what we want here.
define install
@$(1)/bin/python $(PIP) --quiet install --no-deps --require-hashes $(3) $(2:%=-r %)
@PYTHONWARNINGS=ignore $(1)/bin/python $(PIP) --quiet install \
	--no-deps --no-index --no-build-isolation --editable .
@$(1)/bin/python $(PIP) --quiet check || $(1)/bin/python $(PIP) check >&2
endef

$(RUNTIME): $(VENV)/made-$(IDENTITY) pyproject.toml requirements.txt requirements-build.txt
	@echo "Installing what the bot needs ..."
	$(call install,$(VENV),$(filter %.txt,$^))
	@touch $@

$(TOOLS): $(TEST_VENV)/made-$(IDENTITY) pyproject.toml requirements.txt requirements-fleet.txt requirements-build.txt requirements-dev.txt
	@echo "Installing what its tests and checks need ..."
	$(call install,$(TEST_VENV),$(filter %.txt,$^),--no-compile)
	@touch $@
