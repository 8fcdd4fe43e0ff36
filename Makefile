# Everything a developer and CI run; `make help` lists it. Needs only make, git, a POSIX shell and Python 3.11
# or newer with venv. All that is installed goes to .venv, what the demo makes to demo-output.
#
#   make PYTHON=python3.13 test                choose the Python of a new .venv
#   make test PYTEST_ARGS="tests/stores -x"    choose tests

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# Without PYTHON, the first of these that runs, is new enough and can make a virtual environment.
PYTHON_CANDIDATES := python3.11 python3 python3.12 python3.13 python3.14 python
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 2
PYTEST_ARGS ?=
SYSTEM_PACKAGES := chromium graphviz netcdf-bin openmpi-bin openssh-client
SYSTEM_PROGRAMS := chromium dot ncdump mpirun ssh-keygen

.PHONY: help demo fuzz test check lint format test-torch test-trackers system-deps bench crash crash-crates hostile two-builds prov-mutation prov-compare import-proof dask-proof docs web web-check fixtures clean

help:  ## list the targets
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

demo: $(VENV)/.demo-installed  ## train on real data, package the run, validate the crate
	$(BIN)/prov4ml-pack demo -o demo-output

test: check  ## all checks: lint, types and the whole test suite
	$(BIN)/python -m pytest -n $(WORKERS) $(PYTEST_ARGS)

check: lint  ## lint and types, without the tests
	$(BIN)/mypy

lint: $(VENV)/.test-installed  ## ruff: rules and format
	$(BIN)/ruff check
	$(BIN)/ruff format --check

format: $(VENV)/.test-installed  ## let ruff mend what it can
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

# PyTorch, and Keras on top of it, are no part of the test extra: without a CPU wheel it is several gigabytes.
# Tests that need it skip without it. TORCH_INDEX names a package index with CPU wheels where pip finds none by itself. The cap is
# the newest release the tests ran with; a range that admits newer ones would fetch a GPU build for them.
test-torch: $(VENV)/.torch-installed  ## add PyTorch and Keras to .venv for the tests that need them

# DVCLive brings all of DVC, a hundred packages; Lightning needs PyTorch.
test-trackers: $(VENV)/.trackers-installed  ## add DVCLive and Lightning to .venv for the tests of their importers

system-deps:  ## install the system programs that some tests need (Debian)
	@missing=; for program in $(SYSTEM_PROGRAMS); do \
	  command -v "$$program" >/dev/null || missing="$$missing $$program"; done; \
	if [ -z "$$missing" ]; then echo "nothing to install: $(SYSTEM_PROGRAMS)"; exit 0; fi; \
	echo "missing:$$missing"; \
	command -v apt-get >/dev/null || { \
	  echo "make system-deps knows Debian only; install what provides: $(SYSTEM_PACKAGES)" >&2; exit 1; }; \
	if [ "$$(id -u)" = 0 ]; then root=; elif command -v sudo >/dev/null; then root=sudo; else \
	  echo "make system-deps needs root or sudo to run apt-get" >&2; exit 1; fi; \
	set -x; $$root apt-get update -q && \
	$$root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $(SYSTEM_PACKAGES)

# CONTEXTS is a folder with the JSON-LD contexts of RO-Crate, for a peer that else fetches them.
bench: $(VENV)/.test-installed  ## measure, and write docs/benchmarks.md
	$(BIN)/python benchmarks/run.py --write docs/benchmarks.md $(if $(CONTEXTS),--contexts $(CONTEXTS))

# The clone's remote and the login name of whoever draws are no part of a picture.
.PHONY: pictures
pictures: $(VENV)/.demo-installed  ## draw the pictures of the README anew, of a fresh run of the demo
	rm -rf build/pictures
	LOGNAME=ada GIT_CEILING_DIRECTORIES=$(CURDIR)/packager/prov4ml_packager $(BIN)/prov4ml-pack demo -o build/pictures
	for detail in overview summary; do \
	  $(BIN)/prov4ml-pack graph build/pictures/runs/digits_0 -o docs/pictures/$$detail.svg --detail $$detail || exit 1; \
	done
	$(BIN)/prov4ml-pack graph build/pictures/runs/digits_0 -o docs/pictures/lineage.svg \
	  --lineage 'digits-classifier v10'

crash: $(VENV)/.test-installed  ## the long proof: training killed with -9 at two hundred random instants
	$(BIN)/python -m tests.logger.crash_proof --kills 200

crash-crates: $(VENV)/.test-installed  ## the same for crates that are made and updated
	$(BIN)/python -m tests.crate.crash_proof --kills 200

# PYTHON has to be one that another user may run, else one user builds on both sides.
two-builds: $(VENV)/.test-installed  ## the same crates by two virtual environments, users, clocks, zones, numbers of cores
	$(BIN)/python -m tests.crate.two_builds $(if $(PYTHON),--python $(PYTHON))

hostile: $(VENV)/.test-installed  ## archives that do harm, at full size: what refusing them costs
	$(BIN)/python -m tests.crate.hostile_proof

prov-mutation: $(VENV)/.test-installed  ## the proof that the tests notice every rule of PROV-CONSTRAINTS: its table
	$(BIN)/python -m tests.validators.prov_constraints.mutation

prov-compare: $(VENV)/.test-installed  ## hold PROV-CONSTRAINTS against its literal second implementation: EXAMPLES=20000
	$(BIN)/python -m tests.validators.prov_constraints.compare --examples $(or $(EXAMPLES),20000) --seed $(or $(SEED),0)

VARIANTS ?= 200

import-proof: $(VENV)/.test-installed  ## import, package and judge real documents of yProv4ML and VARIANTS of them
	rm -rf build/import-proof
	$(BIN)/python -m tests.importers.pipeline build/import-proof $(VARIANTS)

fuzz: $(VENV)/.fuzz-installed  ## damaged inputs for the validators: SECONDS=3600 for all targets together
	nice $(BIN)/python -m tests.fuzz --seconds $(or $(SECONDS),60)

# CONTEXTS is a folder with ro-crate-<version>.jsonld and workflow-run.jsonld, as the specifications publish them.
crate-differential: $(VENV)/.test-installed  ## damaged crates as rocrate-validator sees them: CONTEXTS=folder COUNT=200
	@test -d .venv-roc || { $(BIN)/python -m venv .venv-roc && .venv-roc/bin/python -m pip install --quiet roc-validator; }
	$(BIN)/python -m tests.validators.crate.differential --python .venv-roc/bin/python \
	  --contexts $(or $(CONTEXTS),$(error name a folder with the contexts: make crate-differential CONTEXTS=folder)) \
	  --count $(or $(COUNT),200) --seed $(or $(SEED),1)

dask-proof: $(VENV)/.test-installed  ## the long proof: 200 runs on a Dask cluster that loses a worker
	$(BIN)/python -m tests.finalize.dask_proof --runs 200

docs: $(VENV)/.test-installed  ## write docs/cli.md and docs/rules.md anew from the code
	$(BIN)/python -m prov4ml_packager.cli.reference > docs/cli.md
	$(BIN)/python -c 'from prov4ml_validators.rules_page import rules_page; print(rules_page(), end="")' > docs/rules.md

# The bundle is committed, so that neither an install nor a test needs node; both targets do, and npm.
WEB := packager/web
WEB_ASSETS := packager/prov4ml_packager/report/assets

web: $(WEB)/node_modules/.installed  ## bundle script and style of the report from packager/web (node, npm)
	node $(WEB)/build.mjs

web-check: $(WEB)/node_modules/.installed  ## bundle again from the lock file and compare with what is committed
	node $(WEB)/build.mjs build/web
	diff -r build/web $(WEB_ASSETS)

# What is kept of a released format is never made anew: FORMAT names the folder of a new one.
fixtures: $(VENV)/.test-installed  ## write run directories and crates of a new format version: FORMAT=2
	$(BIN)/python fixtures/make_fixtures.py fixtures/format-$(or $(FORMAT),$(error name the format version: make fixtures FORMAT=2))

clean:  ## remove .venv, caches, builds and demo-output
	rm -rf $(VENV) demo-output build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@for python in $(or $(PYTHON),$(PYTHON_CANDIDATES)); do \
	  if "$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
	    echo "$$python -m venv $(VENV)"; "$$python" -m venv $(VENV) && exit 0; exit 1; \
	  fi; \
	done; \
	echo "prov4ml needs Python 3.11 or newer with venv (Debian: apt-get install python3-venv)." >&2; \
	echo "None of these is one: $(or $(PYTHON),$(PYTHON_CANDIDATES)). Name yours: make PYTHON=/path/to/python3.11 ..." >&2; \
	exit 1

# The stamps make a second run quick; a changed pyproject.toml installs anew.
$(VENV)/.demo-installed: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[demo]'
	@touch $@

$(VENV)/.test-installed: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test]'
	@touch $@

$(WEB)/node_modules/.installed: $(WEB)/package-lock.json
	cd $(WEB) && npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

$(VENV)/.fuzz-installed: pyproject.toml $(VENV)/.test-installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[fuzz]'
	@touch $@

$(VENV)/.torch-installed: $(VENV)/.test-installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) 'torch>=2.4,<2.14'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'keras>=3.5'
	@touch $@

$(VENV)/.trackers-installed: $(VENV)/.torch-installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'dvclive>=3.40' 'lightning>=2.4'
	@touch $@
