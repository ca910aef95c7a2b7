# Steelyard: `make help` lists what can be asked for. All set-up happens in this directory (.venv, target).

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
CONFIG ?=
JOBS ?= 2
FUZZ_SECONDS ?= 600
EXAMPLES ?= 250
ENGINE_SOURCES := Cargo.toml Cargo.lock $(shell find crates -name '*.rs' -o -name Cargo.toml)

.DEFAULT_GOAL := help
.PHONY: help run test test-rust test-python lint lint-style lint-types lint-rust lint-laws format bench bench-large fuzz models soak wheel dev clean tools

help:
	@echo 'make run                 build and start the demo: two sample servers behind 127.0.0.1:8080'
	@echo 'make run CONFIG=file     build and start with a configuration file (haproxy language)'
	@echo 'make test                all tests: Rust, then Python'
	@echo 'make lint                formatting, types, clippy, and the laws of the house'
	@echo 'make format              rewrite the sources as `make lint` wants them'
	@echo 'make dev                 .venv with the test tools and an engine built for tests'
	@echo 'make bench               Steelyard beside HAProxy and nginx, in turns (needs haproxy, nginx, wrk, h2load)'
	@echo 'make bench-large         how long configurations of 10,000 to 100,000 lines are checked (needs haproxy)'
	@echo 'make fuzz                the fuzz targets, a minute each, and ten minutes of the language'
	@echo 'make models              converters beside models in Python, 10,000 examples each'
	@echo 'make soak                a long run under load'
	@echo 'make wheel               dist/*.whl, laid out by what a run under load counted (needs llvm-tools of rustup, and wrk)'
	@echo 'make clean               remove .venv and everything that was built'

# --- set-up -------------------------------------------------------------------------------------------------------------------

tools:
	@[ -n "$(PYTHON)" ] || { echo 'Steelyard needs Python 3.11 or newer: install it, or say `make PYTHON=/path/to/python3.11 ...`.' >&2; exit 1; }
	@command -v cargo >/dev/null || { echo 'Steelyard needs Rust to build its engine: install cargo (https://rustup.rs), then try again.' >&2; exit 1; }

$(BIN)/python: | tools
	@"$(PYTHON)" -m venv $(VENV) || { echo 'Python cannot make virtual environments here: install its venv module (python3-venv on Debian).' >&2; exit 1; }

# What the balancer needs to be built and run, and nothing more.
$(VENV)/.run: pyproject.toml requirements-dev.txt | $(BIN)/python
	@echo 'Preparing $(VENV)'
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c requirements-dev.txt maturin msgspec jinja2
	@touch $@

$(VENV)/.dev: pyproject.toml requirements-dev.txt $(VENV)/.run
	@$(BIN)/python -m pip install -q --disable-pip-version-check -r requirements-dev.txt
	@touch $@

# The engine is one file in python/steelyard, so the stamp of one profile takes the other's place. What maturin says is shown
# only when it fails. Modules are compiled as for an installed package, since where Python may not do so itself
# (PYTHONDONTWRITEBYTECODE) each start would take a tenth of a second longer.
develop = VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/maturin develop $(1) >$(VENV)/engine.log 2>&1 \
	|| { cat $(VENV)/engine.log >&2; exit 1; }; $(BIN)/python -m compileall -q python; rm -f $(VENV)/.engine-*; touch $@

$(VENV)/.engine-release: $(ENGINE_SOURCES) $(VENV)/.run
	@echo 'Building the engine (a few minutes the first time)'
	@$(call develop,--release)

$(VENV)/.engine-tested: $(ENGINE_SOURCES) $(VENV)/.dev
	@echo 'Building the engine for tests'
	@$(call develop,--profile tested)

$(VENV)/.engine-max: $(ENGINE_SOURCES) $(VENV)/.dev
	@echo 'Building the engine as a release ships it (twice, with traffic between)'
	@$(BIN)/python tools/release.py develop
	@$(BIN)/python -m compileall -q python; rm -f $(VENV)/.engine-*; touch $@

dev: $(VENV)/.engine-tested

# --- what people ask for ------------------------------------------------------------------------------------------------------

run: $(VENV)/.engine-release
	@$(BIN)/steelyard $(if $(CONFIG),run "$(CONFIG)",demo)

test: test-rust test-python

# cargo's runner prints one closing line for each crate; nextest, where it is installed, prints one for all.
test-rust: $(VENV)/.dev
	@if cargo nextest --version >/dev/null 2>&1; then cargo nextest run --workspace --cargo-profile tested; \
	else cargo test --workspace --profile tested; fi

test-python: $(VENV)/.engine-tested
	@$(BIN)/python -m pytest -n $(JOBS)

lint: lint-style lint-types lint-rust lint-laws

lint-style: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

lint-types: $(VENV)/.engine-tested
	$(BIN)/mypy
	$(BIN)/python -m mypy.stubtest steelyard._engine --mypy-config-file pyproject.toml

lint-rust: | tools
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -q -- -D warnings

lint-laws: $(VENV)/.dev
	$(BIN)/python tools/laws.py

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	cargo fmt --all

bench: $(VENV)/.engine-max
	@$(BIN)/python -m bench $(ARGS)

bench-large: $(VENV)/.engine-max
	@$(BIN)/python -m bench.large $(ARGS)

fuzz: $(VENV)/.dev
	@fuzz/run
	@$(BIN)/python fuzz/language.py --seconds $(FUZZ_SECONDS)

models: $(VENV)/.engine-tested
	@STEELYARD_EXAMPLES=$(EXAMPLES) $(BIN)/python -m pytest tests/models -n $(JOBS) --timeout 0

wheel: $(VENV)/.dev
	@echo 'Building a wheel as a release ships it (the engine twice, with traffic between)'
	@$(BIN)/python tools/release.py build --out dist
	@rm -f $(VENV)/.engine-*; ls dist/*.whl

soak: $(VENV)/.engine-release $(VENV)/.dev
	@$(BIN)/python -m bench.soak $(ARGS)

clean:
	rm -rf $(VENV) target python/steelyard/_engine*.so
