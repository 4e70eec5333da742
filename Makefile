# Everything a developer does here. Needs Python 3.11+ and make, nothing else.
#
#   make run         serve on 127.0.0.1:8000 with servers, worker and demo (PORT= and DATA_DIR= change that)
#   make test        the fast suite                make test-all   that, the drills and the walks
#   make drills      real servers, long tests      make walks      people with browsers at one running desk
#   make lint        every check of the code       make messages   bring the Czech catalogue up to date
#   make templates   write the templates as they should be written
#   make bench       the benchmarks                make lock       the lock files from requirements*.in

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := crisisdesk cases comms training tests bench
INSTALL = $(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --require-hashes
COMPILE = env -u PIP_FIND_LINKS -u PIP_EXTRA_INDEX_URL PIP_CONFIG_FILE=/dev/null $(BIN)/pip-compile --quiet \
	--generate-hashes --strip-extras --allow-unsafe --no-header --no-emit-index-url --no-emit-trusted-host --no-emit-find-links
FOLDER := $(shell pwd)

export PORT DATA_DIR

.PHONY: run test drills walks test-all lint messages templates bench lock clean

run: $(VENV)/run.stamp
	@exec $(BIN)/python manage.py desk

test: $(VENV)/dev.stamp
	$(BIN)/python -m pytest $(ARGS)

drills: $(VENV)/dev.stamp
	$(BIN)/python -m pytest -m "(servers or slow) and not browser" $(ARGS)

# One process for all walks: they share one running desk, and the event loop that Playwright leaves running in its
# thread would keep Django from the database in any other test.
walks: $(VENV)/dev.stamp
	$(BIN)/python -m pytest -m browser -n 0 $(ARGS)

test-all: test drills walks

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(wildcard $(PACKAGES)) manage.py
	$(BIN)/lint-imports
	$(BIN)/djlint . --lint --quiet
	$(BIN)/python manage.py templates --check
	$(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py messages --check

messages: $(VENV)/dev.stamp
	$(BIN)/python manage.py messages

templates: $(VENV)/dev.stamp
	$(BIN)/python manage.py templates

bench: $(VENV)/dev.stamp
	$(BIN)/python -m bench $(ARGS)

lock: $(VENV)/dev.stamp
	$(COMPILE) $(ARGS) --output-file requirements.lock requirements.in
	$(COMPILE) $(ARGS) --output-file requirements-dev.lock requirements-dev.in

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/venv.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "CrisisDesk needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Choose another with PYTHON=…")'
	@echo "Making $(VENV) …"
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing; on Debian it is the package python3-venv."; exit 1; }
	@touch $@

$(VENV)/run.stamp: requirements.lock | $(VENV)/venv.stamp
	@echo "Installing what CrisisDesk runs on …"
	@$(INSTALL) -r requirements.lock
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock | $(VENV)/venv.stamp
	@echo "Installing what tests and checks need …"
	@$(INSTALL) -r requirements-dev.lock
	@touch $@ $(VENV)/run.stamp
