SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run install knowledge test lint types contracts pytest test-long format lock wheel clean

VENV := .venv
BIN := $(VENV)/bin
MINUTES ?= 30
# Each worker has a PostgreSQL and a Chromium of its own.
WORKERS ?= 2
UP ?=
COMPILED := serein/clinical/knowledge/compiled.json
FACTS := $(shell find serein/clinical/knowledge -name '*.yaml' -o -name '*.py')
# What the tools put on disk must be readable by the account that Serein runs as after it gave up root.
QUIET_PIP := umask 022 && $(BIN)/python -m pip --disable-pip-version-check --quiet install

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(VENV)/ready-run $(COMPILED) ## start Serein with a demonstration clinic: make run UP='--port 8001'
	@exec $(BIN)/serein up $(UP)

install: $(VENV)/ready-dev ## everything that make test needs

knowledge: $(COMPILED) ## check the facts and write them as one file, so that commands start fast after an edit

# Whoever runs Serein after it gave up root must be able to read it.
$(COMPILED): $(FACTS) | $(VENV)/ready-run
	@umask 022 && $(BIN)/python -m serein.clinical.knowledge

test: $(VENV)/ready-dev lint types contracts pytest ## lint, strict types, import contracts and every test

lint: $(VENV)/ready-dev ## ruff, as linter and as formatter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/ready-dev ## mypy --strict
	$(BIN)/mypy --strict serein

contracts: $(VENV)/ready-dev ## who may import whom
	$(BIN)/lint-imports

pytest: $(VENV)/ready-dev $(COMPILED) ## unit, property, house, database and browser tests
	chromium="$$(.ci/chromium)"; CHROMIUM="$$chromium" $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m 'not long'

test-long: $(VENV)/ready-dev ## campaigns that fill MINUTES=n: more examples, races and kills again and again, the wheel
	chromium="$$(.ci/chromium)"; CHROMIUM="$$chromium" SEREIN_MINUTES=$(MINUTES) SEREIN_WORKERS=$(WORKERS) $(BIN)/python -m tests.campaign

format: $(VENV)/ready-dev ## let ruff rewrite what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: ## resolve the dependencies again (needs uv and the network)
	uv pip compile -q --generate-hashes --no-header --universal --python-version 3.11 --extra build pyproject.toml -o requirements/run.lock
	uv pip compile -q --generate-hashes --no-header --universal --python-version 3.11 --extra build --extra dev pyproject.toml -o requirements/dev.lock

wheel: $(VENV)/ready-run ## dist/serein-….whl, without the network: a pure one and, where there is a C compiler, one for this platform
	SEREIN_PURE=1 $(BIN)/python -m pip --disable-pip-version-check wheel --quiet --no-index --no-deps --no-build-isolation -w dist .
	$(BIN)/python -m pip --disable-pip-version-check wheel --quiet --no-index --no-deps --no-build-isolation -w dist .

clean: ## remove what the tools made; the clinic's data in var/ stay
	rm -rf $(VENV) $(COMPILED) dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(BIN)/python:
	@python="$$(.ci/python)" && umask 022 && "$$python" -m venv $(VENV)

$(VENV)/ready-run: requirements/run.lock pyproject.toml | $(BIN)/python
	@echo "Installing (once, with hashes checked)"
	@$(QUIET_PIP) --require-hashes --no-deps --only-binary :all: -r requirements/run.lock
	@$(QUIET_PIP) --no-index --no-deps --no-build-isolation -e .
	@touch $@

# The larger set holds the smaller one, version for version, so it makes both ready.
$(VENV)/ready-dev: requirements/dev.lock pyproject.toml | $(BIN)/python
	@echo "Installing with the tools for tests (once, with hashes checked)"
	@$(QUIET_PIP) --require-hashes --no-deps --only-binary :all: -r requirements/dev.lock
	@$(QUIET_PIP) --no-index --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/ready-run
