# Every task is one word. `make demo` and `make test` need Python 3.11+, make and a C compiler, nothing else by hand.

PYTHON ?= python3
VENV := .venv
WARMLINE := $(VENV)/bin/warmline
WORKERS ?= 2

# No model hub is asked at run time; only `warmline models fetch` downloads (it lifts this for itself).
export HF_HUB_OFFLINE := 1
export PYTHON

.DEFAULT_GOAL := help
.PHONY: help demo serve test accept-rules test-sip test-training lint format bench bench-full lock pictures clean

help: ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1 \t\2/p' $(MAKEFILE_LIST) | expand -t 20

# Two stamps: an edited pyproject.toml puts the command in place again, only an edited lock costs the minute.
$(VENV)/locked: requirements.lock requirements-dev.lock deploy/venv.sh
	@QUIET=1 .ci/debian-packages build
	@echo "installing the locked packages into $(VENV): about a minute, 1.4 GB"
	@deploy/venv.sh $(VENV) requirements.lock requirements-dev.lock
	@touch $@

$(VENV)/ready: $(VENV)/locked pyproject.toml
	@$(VENV)/bin/python -m pip install --quiet --no-deps --no-build-isolation --no-index --editable .
	@touch $@

.PHONY: install
install: $(VENV)/ready ## the virtual environment, exactly as locked; the other words do this themselves

demo: $(VENV)/ready ## three recorded calls in real time; LINE=twilio, asterisk or browser; SERVE=1 keeps the desk up
	$(WARMLINE) demo $(if $(SERVE),--serve) $(if $(LINE),--line $(LINE))

serve: $(VENV)/ready ## the service with its desk
	$(WARMLINE) serve

test: $(VENV)/ready ## all tests, two at a time (WORKERS=2); ARGS='-k words' to pick
	@QUIET=1 .ci/debian-packages browser voices || true
	$(VENV)/bin/pytest -q -n $(WORKERS) --dist loadfile $(ARGS)

accept-rules: $(VENV)/ready ## back-tests config/escalation.toml and config/scope.toml, and records them as shipped if not worse
	$(VENV)/bin/python -m tests.telephony.scripted_journals build/backtest/tuning
	$(WARMLINE) backtest --labels build/backtest/tuning/labels.csv --accept --accept-in config/accepted build/backtest/tuning

test-sip: $(VENV)/ready ## against a real Asterisk with real phones, as root; ARGS='-k words' to pick
	.ci/test-sip $(VENV)/bin/pytest -q -m sip tests/sip $(ARGS)

# torch beside the locked packages, in an environment that sees them.
.venv-training/ready: $(VENV)/ready
	@$(PYTHON) -m venv .venv-training
	@$(VENV)/bin/python -c 'import site; print(site.getsitepackages()[0])' \
		> "$$(.venv-training/bin/python -c 'import site; print(site.getsitepackages()[0])')/locked.pth"
	@.venv-training/bin/python -m pip install --quiet 'torch==2.13.*'
	@touch $@

test-training: .venv-training/ready ## the recipes that need torch, at toy size; installs torch into .venv-training
	@QUIET=1 .ci/debian-packages voices
	.venv-training/bin/python -m pytest -q tests/training $(ARGS)

lint: $(VENV)/ready ## formatter, linter, types, import contracts
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy models voice telephony
	$(VENV)/bin/lint-imports

format: $(VENV)/ready ## put files into shape
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix --exit-zero .

bench: $(VENV)/ready ## quick measurements, to build/bench.json
	$(WARMLINE) bench

bench-full: $(VENV)/ready ## all measurements; takes long
	$(WARMLINE) bench --full

build/uv/bin/uv:
	@$(PYTHON) -m venv build/uv
	@build/uv/bin/python -m pip install --quiet uv

lock: build/uv/bin/uv ## the lock files anew from pyproject.toml; UPGRADE=1 for newer releases
	@UV=$< UPGRADE=$(UPGRADE) deploy/lock.sh

PICTURES := desk wall approvals numbers review rules caller

pictures: $(VENV)/ready ## docs/*.png anew, as a walk through every page shows them
	@QUIET=1 .ci/debian-packages browser
	@mkdir -p build/pictures
	SHOTS=build/pictures $(VENV)/bin/pytest -q tests/desk/test_everywhere.py
	cp $(PICTURES:%=build/pictures/%.png) docs/

clean: ## everything made here
	rm -rf $(VENV) .venv-training build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
