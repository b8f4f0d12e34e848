# The commands of this repository. Each does its own set-up; see README.md.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup setup-node setup-test build run cluster test test-fast prove simulate chaos bench devchain contracts-test contracts-prove fmt fmt-check ci clean

# make run ARGS='--data elsewhere'; make test CONFIGURATION=Debug
CONFIGURATION ?= Release
ARGS ?=
SEED ?= 1
COUNT ?= 200
ROUNDS ?= 20
CASES ?= 1000000
export CONFIGURATION SEED COUNT ROUNDS CASES

help: ## Lists the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | \
	  while IFS=$$'\t' read -r name text; do printf '  make %-15s %s\n' "$$name" "$$text"; done

setup: ## Installs what is missing on this machine (root; does nothing the second time)
	@eng/setup.sh all

setup-test:
	@eng/setup.sh test

setup-node:
	@eng/setup.sh node

build: setup-node ## Builds everything; warnings are errors
	@. eng/common.sh; build ActorTrade.sln

run: setup-node ## Starts a node on this machine and prints the address of its page
	@. eng/common.sh; build src/ActorTrade.Node; \
	  exec "src/ActorTrade.Node/bin/$$configuration/net10.0/actortrade" run $(ARGS)

cluster: setup ## Starts PostgreSQL, RabbitMQ, a Lighthouse and three nodes; Ctrl-C stops them
	@. eng/common.sh; build src/ActorTrade.Node src/ActorTrade.Lighthouse src/ActorTrade.Pbm
	@exec eng/cluster.sh up

test: setup-test build ## Runs every test; the last line is the sum
	@eng/test.sh

test-fast: setup-node ## Runs the unit tests: no server, no disk, under two minutes
	@. eng/common.sh; build tests/ActorTrade.UnitTests
	@eng/test.sh ActorTrade.UnitTests

prove: setup-node ## Proves the DeFi mathematics on random cases: CASES=1000000
	@eng/prove.sh

simulate: setup-node ## Runs simulated worlds with seeded faults: SEED=1 COUNT=200
	@eng/simulate.sh

chaos: setup ## Kills, freezes and cuts off processes of a real cluster under load: ROUNDS=20
	@eng/chaos.sh

bench: setup-node ## Measures what docs/benchmarks.md shows
	@eng/bench.sh

contracts-test: ## Checks the Solidity contracts: tests, invariants, gas, coverage, lint; needs Node
	@eng/contracts.sh test

contracts-prove: ## The same with ten times as many cases, and planted bugs
	@eng/contracts.sh prove

devchain: ## Starts an EVM chain with real protocols, our contracts and markets: ARGS='--port 8545'
	@command -v node >/dev/null || { echo 'Node 20 or later is needed.' >&2; exit 1; }; \
	  exec node contracts/script/devchain.mjs $(ARGS)

fmt: setup-node ## Formats the code
	@. eng/common.sh; dotnet format ActorTrade.sln

fmt-check: setup-node
	@. eng/common.sh; dotnet format whitespace src --folder --verify-no-changes && \
	  dotnet format whitespace tests --folder --verify-no-changes

ci: fmt-check test ## What CI runs: formatting, build, every test

clean: ## Removes what builds and tests made (not ./data)
	@rm -rf artifacts src/*/bin src/*/obj tests/*/bin tests/*/obj
