# Nära. `make help` lists what can be done; everything works in a fresh clone.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run build test fuzz shots bench types fmt clean-data clean

VERSION ?= $(shell git describe --always --dirty 2>/dev/null)

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## Install what is missing, build, and serve the demo county on http://localhost:8080
	@scripts/run

build: ## Build bin/nara, one binary with the web UI inside
	@VERSION="$(VERSION)" scripts/build

test: ## Install what is missing, then check and test everything
	@scripts/test

fuzz: ## Fuzz every parser, a million executions or a minute each
	@scripts/fuzz

shots: ## Take a picture of every page into shots/
	@scripts/shots

bench: ## Measure media beside Janus and the bound, search and first start
	@scripts/bench

types: ## Make the OpenAPI document and the UI's types anew from the Go types
	@scripts/types

fmt: ## Format the Go sources
	@gofmt -w $$(git ls-files '*.go')

clean-data: ## Forget the data of make run (accounts, bookings, keys)
	@scripts/clean-data

clean: ## Remove what was built
	@rm -rf bin web/node_modules shots && find web/dist -mindepth 1 ! -name .keep -delete
