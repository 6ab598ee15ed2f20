# Everything a developer or a build machine types. `make demo` and `make test` work from a
# clean clone: they make .venv themselves. PYTHON=/path/to/python3.12 chooses another Python.

PYTHON ?= $(firstword $(foreach v,3.14 3.13 3.12 3.11 3,$(shell \
	python$(v) -c 'import sys, venv, ensurepip; sys.version_info >= (3, 11) or sys.exit(1); print(sys.executable)' 2>/dev/null)))
BIN := .venv/bin
STAMP := .venv/.complete
PYTEST := $(BIN)/python -m pytest
# Three workers, each with servers of its own, as they wait most of the time; one process where
# the servers are somebody's own, as two runs would meet in the same consumer groups.
WORKERS ?= $(if $(SC_ANALYTICS_TEST_KAFKA)$(SC_ANALYTICS_TEST_MONGO),0,3)
BY_FILE := -n $(WORKERS) --dist loadfile --no-loadscope-reorder
NEED_SERVERS := tests/contract tests/integration tests/security tests/cli

.DEFAULT_GOAL := help
.PHONY: help demo test check scenario integration faults soak bench servers docs lock clean

help: ## show this
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

demo: $(STAMP) ## replay two weeks of made-up events into an embedded store, print the reports
	@$(BIN)/sc-analytics demo

test: check ## run every test, on a real Kafka and a real MongoDB started for it
	@$(PYTEST) -q $(BY_FILE) tests/faults $(NEED_SERVERS) tests/scenario

check: $(STAMP) ## the gate: format, lint, types, layers, unit tests; no server needed
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo >.venv/lint-imports.log || { cat .venv/lint-imports.log; exit 1; }
	@$(PYTEST) -q -n $(WORKERS) --dist worksteal tests/unit tests/oracle

scenario: $(STAMP) ## the invariant as a property: any log, any batches, any crash
	@$(PYTEST) -q -n $(WORKERS) --dist worksteal tests/scenario

integration: $(STAMP) ## the tests that need servers
	@$(PYTEST) -q $(BY_FILE) $(NEED_SERVERS)

faults: $(STAMP) ## servers, connections and processes fail at every point; prints its seed
	@$(PYTEST) -q $(BY_FILE) tests/faults

soak: $(STAMP) ## everything at once for MINUTES=20, exact in the end and memory flat (SEED=, RATE=)
	@$(BIN)/python -m tests.soak $(if $(MINUTES),--minutes $(MINUTES)) $(if $(SEED),--seed $(SEED)) $(if $(RATE),--rate $(RATE))

bench: $(STAMP) ## measure speed on real servers (SUBJECT=consume, backfill, communities, latency, peers)
	@$(BIN)/python -m benchmarks $(or $(SUBJECT),consume)

servers: $(STAMP) ## start a Kafka and a MongoDB to play with, until Ctrl-C
	@$(BIN)/python -m tests.servers

docs: $(STAMP) ## write the pages that are made from the code
	@$(BIN)/python -m sc_analytics_cli.config.reference > docs/settings.md
	@$(BIN)/python -m sc_analytics_cli.cli.reference > docs/commands.md
	@$(BIN)/python -m tests.pictures docs

lock: $(STAMP) ## write the versions that are installed now to requirements.lock
	@$(BIN)/python -m pip freeze --exclude-editable | sort -f > requirements.lock

clean: ## remove the environment and caches
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(STAMP): pyproject.toml requirements.lock
	@if [ -z "$(PYTHON)" ]; then \
		echo "Python 3.11 or later with venv is needed and was not found." >&2; \
		echo "  Debian, Ubuntu: apt-get install python3 python3-venv; macOS: brew install python@3.12" >&2; \
		echo "  or name one: make PYTHON=/path/to/python3.12 $(MAKECMDGOALS)" >&2; \
		exit 1; \
	fi
	@echo "making .venv with $(PYTHON); this takes about half a minute, once" >&2
	@rm -rf .venv
	@"$(PYTHON)" -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock -e '.[dev]'
	@touch $@
