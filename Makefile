# Needs git, make and Python 3.11 to 3.14; everything else comes from the two lock files.

SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
PY := .venv/bin/python

# Any Python that is new enough will do; PYTHON=/path/to/python names one. What is named first wins.
NAMES := python3 python3.14 python3.13 python3.12 python3.11 python
VERSION_OK := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))

# $(call venv,run) or $(call venv,dev): quick when .venv is complete.
define venv
@$(PY) tools/bootstrap.py --check $(1) 2>/dev/null || { \
	for name in $(or $(PYTHON),$(NAMES)); do \
		if "$$name" -c '$(VERSION_OK)' 2>/dev/null; then exec "$$name" tools/bootstrap.py $(1); fi; \
	done; \
	echo "No Python from 3.11 to 3.14 was found as $(or $(PYTHON),$(NAMES)). Install one, or: make … PYTHON=/path/to/python3.13" >&2; \
	exit 1; }
endef

.PHONY: help run test bench lint types fmt migrations screens clean

help: ## this list
	@echo "make TARGET"
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' Makefile
	@echo "Environment: TF_PORT 8000, TF_MODULE_PORT 8001, TF_SANDBOX_PORT 8010, TF_DATA .data, TF_WEB_WORKERS 2, TF_WORKERS 1;"
	@echo "TF_DATABASE_URL, TF_REDIS_URL, TF_BROKER_URL name servers to use instead of the embedded ones."

run: ## everything on this machine, at http://127.0.0.1:8000
	$(call venv,run)
	@exec env TF_FOLLOW_PARENT=$$PPID $(PY) -m backend run

test: ## all that proves the project: format, lint, types, contracts, pages, tests
	$(call venv,dev)
	@echo "== format"
	@$(PY) -m ruff format --check .
	@$(MAKE) lint types
	@if [ -f h5/package.json ]; then echo "== h5"; $(PY) -m backend.local.node h5 check; fi
	@echo "== browser"
	@$(PY) -m tests.browser
	@echo "== tests"
	@$(PY) -m pytest tests $(ARGS)

bench: ## measure against a fresh instance; ONLY=name for one row
	$(call venv,dev)
	@$(PY) -m tests.bench $(ONLY)

lint: ## style and import contracts
	$(call venv,dev)
	@echo "== lint"
	@$(PY) -m ruff check .
	@echo "== imports"
	@$(PY) -c 'import sys; from importlinter.cli import lint_imports_command as run; sys.exit(run())'

types: ## strict types of backend/ and push/
	$(call venv,dev)
	@echo "== types"
	@$(PY) -m mypy

fmt: ## put the code into its format
	$(call venv,dev)
	@$(PY) -m ruff check --fix --quiet . || true
	@$(PY) -m ruff format .

migrations: ## write migrations for changed models; APPS="cases push" for some
	$(call venv,dev)
	@$(PY) -m backend migrations make $(APPS)

screens: ## take the pictures in docs/ from the running program
	$(call venv,dev)
	@$(PY) -m tools.screens

clean: ## remove what can be made again (not .data)
	@rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache \
		h5/node_modules h5/dist tests/miniprogram/harness/node_modules test-results
	@find backend push tests tools -name __pycache__ -type d -prune -exec rm -rf {} +
