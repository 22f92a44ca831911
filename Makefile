# Rung. `make run` serves it, `make test` tests it; `make help` lists the rest.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check install --quiet --require-hashes
STATIC_SOURCES := $(shell find static -type f)
# Where the server keeps what it makes, the static files among it: VAR_DIR, as the settings say.
VAR := $(or $(VAR_DIR),var)
ifdef VAR_DIR
export VAR_DIR
endif
# A shell's own settings must not lead the demo to the ordinary database.
DEMO := env -u DATABASE_URL -u DATABASE_URL_FILE -u CACHE_URL -u CACHE_URL_FILE -u CREDENTIALS_DIRECTORY -u PRODUCTION -u EMAIL_URL -u EMAIL_URL_FILE -u ALLOWED_HOSTS VAR_DIR=var/demo SECOND_FACTOR=nobody

.DEFAULT_GOAL := help
.PHONY: help run demo dev test lint bench bench-short faults soak admin screenshots lock sbom audit clean

help:  ## List these targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: $(VENV)/run.stamp $(VAR)/static.stamp  ## Install, migrate, load the careers and serve on http://localhost:8000 (PORT=… for another)
	@$(PY) manage.py migrate --verbosity 0
	@$(PY) manage.py load_careers
	@echo "Rung is at http://localhost:$(PORT) (Ctrl+C stops it)"
	@$(VENV)/bin/gunicorn config.wsgi --config config/gunicorn.py --bind 127.0.0.1:$(PORT)

demo: $(VENV)/run.stamp var/demo/static.stamp  ## Fill a scratch database with a coach and a class of 31, and serve it (PORT=… for another)
	@$(DEMO) $(PY) manage.py migrate --verbosity 0
	@$(DEMO) $(PY) manage.py demo --address http://localhost:$(PORT)
	@echo "The demo is at http://localhost:$(PORT) (Ctrl+C stops it; rm -r var/demo forgets it)"
	@$(DEMO) $(VENV)/bin/gunicorn config.wsgi --config config/gunicorn.py --bind 127.0.0.1:$(PORT)

dev: $(VENV)/run.stamp  ## Serve with auto-reload and debug pages
	@$(PY) manage.py migrate --verbosity 0
	@$(PY) manage.py load_careers
	@DEBUG=1 $(PY) manage.py runserver 127.0.0.1:$(PORT)

test: $(VENV)/dev.stamp  ## Run every test
	@$(PY) -m pytest

lint: $(VENV)/dev.stamp  ## Linters, types, import contract, dependencies
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/djlint --lint --quiet templates
	@$(VENV)/bin/lint-imports
	@$(VENV)/bin/mypy accounts assessments careers config
	@$(VENV)/bin/deptry .

bench: $(VENV)/dev.stamp  ## Measure beside the peers and the floor on both databases, into docs/bench.md
	@$(PY) -m tests.bench --write

bench-short: $(VENV)/dev.stamp  ## Measure without peers and plans, on SQLite, in less than a minute
	@$(PY) -m tests.bench --short

faults: $(VENV)/dev.stamp  ## Try every fault, in full, on both databases, and each planted defect (an hour or two)
	@$(PY) -m tests.faults --write docs/reliability.md --date "$$(date -u +%F)"
	@$(PY) -m tests.faults --planted --write docs/reliability.md --date "$$(date -u +%F)"

soak: $(VENV)/dev.stamp  ## Ten minutes of load on each database
	@$(PY) -m tests.faults --soak --write docs/reliability.md --date "$$(date -u +%F)"

admin: $(VENV)/run.stamp  ## Create a staff account
	@$(PY) manage.py migrate --verbosity 0
	@$(PY) manage.py createsuperuser

screenshots: $(VENV)/dev.stamp  ## Take the pictures of the README from the real app
	@$(PY) -m tests.screenshots

lock: $(VENV)/dev.stamp  ## Compile requirements.in and requirements-dev.in to hashed locks
	@for name in requirements requirements-dev; do \
	  $(VENV)/bin/uv pip compile --quiet --universal --no-strip-extras --python-version 3.11 --generate-hashes \
	    --no-header --no-emit-index-url --no-emit-find-links $$name.in -o $$name.txt || exit 1; done

sbom:  ## Print the inventory of libraries with versions and hashes, as CycloneDX
	@$(PYTHON) scripts/sbom.py

audit: $(VENV)/dev.stamp  ## Ask the network for known weaknesses of all libraries, and for releases not taken in time
	@$(PY) -m scripts.audit

clean:  ## Remove the virtual environment and the collected static files (never the database)
	rm -rf $(VENV) $(VAR)/static $(VAR)/static.stamp

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Rung needs Python 3.11 or newer: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv module is missing. On Debian or Ubuntu: apt install python3-venv"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements.txt | $(PY)
	@echo "Installing what Rung needs (once) …"
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/dev.stamp: requirements-dev.txt $(VENV)/run.stamp
	@echo "Installing what the tests need (once) …"
	@$(PIP) -r requirements-dev.txt
	@touch $@

$(VAR)/static.stamp: $(VENV)/run.stamp $(STATIC_SOURCES)
	@$(PY) manage.py collectstatic --noinput --clear --verbosity 0
	@touch $@

var/demo/static.stamp: $(VENV)/run.stamp $(STATIC_SOURCES)
	@$(DEMO) $(PY) manage.py collectstatic --noinput --clear --verbosity 0
	@touch $@
