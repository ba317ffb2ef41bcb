# Everything is installed in a virtual environment of this folder; nothing globally.
# `make VENV=elsewhere ...` and `make PYTHON=python3.13 ...` choose another.

VENV   ?= .venv
PYTHON ?= python3
BIN    := $(VENV)/bin
UV     := $(shell command -v uv 2>/dev/null)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help
help:  ## Show this
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | awk -F '\t' '{ printf "  make %-8s %s\n", $$1, $$2 }'

.PHONY: demo
demo: $(VENV)/.installed  ## Scan the estate that ships with the tool; no Azure, no account
	@$(BIN)/aoai-scan --demo --fail-on never

.PHONY: test
test: $(VENV)/.installed-dev  ## Run the tests
	@$(BIN)/pytest

.PHONY: lint
lint: $(VENV)/.installed-dev  ## Check style, types and who imports whom
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo >$(VENV)/lint-imports.log || { cat $(VENV)/lint-imports.log; exit 1; }

.PHONY: check
check: lint test  ## Run what CI runs: lint, then test

.PHONY: browser
browser:  ## Install the browser that the HTML page is tested in (Debian, as root)
	@command -v chromium >/dev/null && command -v chromedriver >/dev/null \
	  || { $(APT) update && $(APT) install -y --no-install-recommends chromium chromium-driver >/dev/null; }

.PHONY: kql
kql:  ## Install Microsoft's parser, which the queries are tested with (npm; on Debian as root it too)
	@command -v npm >/dev/null \
	  || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends nodejs npm >/dev/null; }
	@npm ci --silent --no-audit --no-fund --prefix tests/kql

.PHONY: samples
samples: $(VENV)/.installed-dev  ## Rewrite reports/sample and the outputs in README; then review the diff
	@UPDATE_SAMPLES=1 $(BIN)/pytest tests/test_samples.py tests/test_readme.py

.PHONY: picture
picture: $(VENV)/.installed-dev  ## Take the picture in README anew (needs Chromium)
	@cd tests && ../$(BIN)/python -m page.take_picture

.PHONY: mutants
mutants: $(VENV)/.installed-dev  ## Break good estates by small steps and count what the rules notice
	@$(BIN)/python benchmarks/mutants.py

.PHONY: docs
docs: $(VENV)/.installed-dev  ## Rewrite docs/rules from rules/
	@$(BIN)/aoai-scan rules docs -o docs/rules

.PHONY: lock
lock:  ## Pin the newest versions that pyproject.toml allows (needs uv)
	@uv pip compile $(LOCK) --group build pyproject.toml -o requirements.lock
	@uv pip compile $(LOCK) --group dev pyproject.toml -o requirements-dev.lock

.PHONY: clean
clean:  ## Remove the virtual environment and everything that was generated
	@if [ -f $(VENV)/pyvenv.cfg ]; then rm -rf $(VENV); fi
	@rm -rf build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Nobody is there to be asked; another apt may be at work, and a mirror may stumble.
PATIENT := -qq -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300
APT     := DEBIAN_FRONTEND=noninteractive apt-get $(PATIENT)

LOCK := --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url

# Debian's python3 comes without ensurepip until python3-venv is installed; its pip can do the same.
define NO_VENV
cannot make a virtual environment with $(PYTHON).
Install Debian's package python3-venv (apt install python3-venv), or uv, and try again.
endef
export NO_VENV

ifdef UV
CREATE  = uv venv --quiet --allow-existing --python '>=3.11' $(VENV)
INSTALL = uv pip install --quiet --python $(BIN)/python
else
CREATE  = $(PYTHON) -m venv $(VENV) >/dev/null 2>&1 \
	|| { $(PYTHON) -m venv --without-pip $(VENV) \
	  && $(PYTHON) -m pip --python $(BIN)/python install --quiet pip; } \
	|| { echo "$$NO_VENV" >&2; rm -f $(BIN)/python; exit 1; }
INSTALL = $(BIN)/python -m pip --disable-pip-version-check install --quiet
endif

$(BIN)/python:
	@$(if $(UV),true,$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))') \
	  || { echo "needs Python 3.11 or later as $(PYTHON); name one: make PYTHON=python3.11" >&2; exit 1; }
	@$(CREATE)

# Only what the lock names, byte for byte; then this checkout, built by the pinned builder, and
# compiled: who keeps Python from writing bytecode starts as fast.
define INSTALL_LOCKED
	@echo 'installing $< in $(VENV)' >&2
	@$(INSTALL) --require-hashes -r $<
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q scanner
	@touch $@
endef

$(VENV)/.installed: requirements.lock pyproject.toml | $(BIN)/python
	$(INSTALL_LOCKED)

$(VENV)/.installed-dev: requirements-dev.lock pyproject.toml | $(BIN)/python
	$(INSTALL_LOCKED)
