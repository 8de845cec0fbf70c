# Everything here is idempotent: run it again whenever in doubt.
.DEFAULT_GOAL := help
PYTHON ?=
VENV := .venv
BIN := $(VENV)/bin
QUICK ?= 0
JOBS ?= 2
MESSAGES ?= 2000
SET_UP ?= embedded

.PHONY: help demo up test chaos check bench format docs lock clean

help: ## say what there is to make
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(BIN)/.runtime ## set everything up, then tell one case as it goes
	@$(BIN)/peyvand demo

up: $(BIN)/.runtime ## keep hub (8080, management 9090) and simulated partners serving
	@$(BIN)/peyvand up

test: $(BIN)/.dev ## set up what the tests need, then run all of them
	@echo "==> tests, $(JOBS) at a time"
	@$(BIN)/pytest -n $(JOBS) --dist loadfile

chaos: $(BIN)/.dev ## hurt hubs under load, and count what was promised (MESSAGES=2000 SET_UP=embedded)
	@$(BIN)/peyvand chaos --messages $(MESSAGES) --set-up $(SET_UP)

check: $(BIN)/.dev ## format, lint, types, who may know whom, contracts and routes
	@echo "==> format" && $(BIN)/ruff format --check -q .
	@echo "==> lint" && $(BIN)/ruff check -q .
	@echo "==> types" && $(BIN)/mypy
	@echo "==> who may know whom" && $(BIN)/lint-imports
	@echo "==> contracts, routes, manifests" && $(BIN)/peyvand lint && $(BIN)/peyvand test

bench: $(BIN)/.dev ## measure (QUICK=1 for the short form)
	@$(BIN)/python -m bench $(if $(filter 1,$(QUICK)),--quick)

format: $(BIN)/.dev ## put the code in form
	@$(BIN)/ruff format -q . && $(BIN)/ruff check -q --fix .

docs: $(BIN)/.dev ## write the generated reference pages
	@$(BIN)/python -m hub.app.reference

lock: $(BIN)/.dev ## pin all dependencies anew, with hashes
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --upgrade --extra dev pyproject.toml -o requirements-dev.lock
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -c requirements-dev.lock pyproject.toml -o requirements.lock

clean: ## remove the environment and what tools left behind
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build *.egg-info

$(BIN)/python:
	@scripts/make-venv "$(PYTHON)" $(VENV)

$(BIN)/.runtime: $(BIN)/python requirements.lock pyproject.toml
	@scripts/install-locked $(BIN) requirements.lock && touch $@

$(BIN)/.dev: $(BIN)/python requirements-dev.lock pyproject.toml
	@scripts/install-locked $(BIN) requirements-dev.lock && touch $(BIN)/.runtime $@
