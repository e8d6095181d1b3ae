# One verb, one line of help. `make demo` and `make test` set up what they need themselves.
SHELL := /bin/sh
.DEFAULT_GOAL := help

PORT ?= 8000
ROWS ?= 1000000
PYTHON_CODE := gis api maps data tests

py := .venv/bin/python
gridcall := .venv/bin/gridcall
pytest := .venv/bin/python -m pytest

export PORT

.PHONY: help demo run test test-fast lint fix browser fuzz pictures faults bench oracles migrate lock assets docs check clean setup setup-dev

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

setup:
	@scripts/setup

setup-dev:
	@scripts/setup --dev

demo: setup ## Serve the sample city at http://127.0.0.1:8000 (PORT=8765 for another port, LIVE=1 for new calls)
	@exec $(gridcall) demo $(if $(LIVE),--live)

run: setup ## Serve the installation's own data (DATABASE_URL or the private cluster), no sample city
	@exec $(gridcall) serve

test: setup-dev lint ## Lint, then run every test (CI runs this)
	@$(pytest)

test-fast: setup-dev ## Run the tests that need neither browser nor fuzzing, stop at the first failure
	@$(pytest) -x -m "not browser and not fuzz and not faults and not deep"

lint: setup-dev ## Check style, types and the direction of imports
	@.venv/bin/ruff check $(PYTHON_CODE)
	@.venv/bin/ruff format --check $(PYTHON_CODE)
	@.venv/bin/mypy
	@.venv/bin/lint-imports

fix: setup-dev ## Format the code and mend what ruff can mend
	@.venv/bin/ruff check --fix $(PYTHON_CODE)
	@.venv/bin/ruff format $(PYTHON_CODE)

browser: setup-dev ## Run the browser tests only
	@$(pytest) -m "browser and not deep"

pictures: setup-dev ## Renew the documentation's pictures from the browser tests
	@$(py) -m tests.browser.pictures

fuzz: setup-dev ## Fuzz the API long and deep
	@$(pytest) -m fuzz

faults: setup-dev ## Kill every process at many moments and start again
	@$(pytest) -m faults

bench: setup-dev ## Measure matching, intake, import and heat (ROWS=1000000)
	@$(py) -m tests.bench --rows $(ROWS)

oracles: setup-dev ## Hold the statistics against esda, statsmodels and pymannkendall (in .venv-oracles)
	@[ -x .venv-oracles/bin/python ] || .venv/bin/python -m venv .venv-oracles
	@.venv-oracles/bin/python -m pip install --quiet --require-hashes -r requirements-oracles.lock
	@.venv-oracles/bin/python -m tests.oracles

migrate: setup ## Bring the database to the newest revision
	@$(gridcall) migrate

lock: ## Resolve the dependencies again and write the locks (needs uv)
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q \
	  -o requirements.lock
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q \
	  --extra dev -o requirements-dev.lock -c requirements.lock
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q \
	  --extra oracles -o requirements-oracles.lock -c requirements.lock

assets: setup-dev ## Rebuild the browser libraries from their pinned npm packages (needs Node)
	@npm ci --ignore-scripts --no-audit --no-fund
	@$(py) -m maps.assets

docs: setup-dev ## Write the generated parts of the documentation
	@$(py) -m tests.support.docs

check: setup-dev lint ## Everything: all tests, deep fuzzing, faults and noise maps (long)
	@$(pytest) -m "deep or not deep"

clean: ## Remove the demo's data, the virtual environment and all caches
	@[ ! -x $(gridcall) ] || $(gridcall) demo --remove
	@rm -rf .venv .venv-oracles .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache node_modules build artifacts
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
