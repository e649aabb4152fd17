# One verb for everything that people and CI do here; each prepares what it needs first.
SHELL := /bin/bash
SCHOOLS ?= 12
CHECK ?=
bootstrap := deploy/local/bootstrap.sh
bin := .venv/bin
sources := contracts libs services deploy tools tests

.DEFAULT_GOAL := help
.PHONY: help demo test test-full test-alerts test-deploy test-k8s fault mutants screenshots bench-page bench-report bench-collect bench-fold hashes reference lint format scan audit lock clean

help: ## Show what each verb does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## Run a pilot country on this machine: make demo [SCHOOLS=12] [CHECK=1]
	@$(bootstrap) venv tools page
	@exec $(bin)/python -m stack demo --schools $(SCHOOLS) $(if $(CHECK),--check)

test: ## Run all tests on a real Kafka and a real MongoDB
	@$(bootstrap) venv tools page browser deployment
	@exec $(bin)/python -m stack test

test-full: ## Run all tests with every combination and many more random cases
	@$(bootstrap) venv tools page browser deployment
	@exec $(bin)/python -m stack test --full

test-alerts: ## Stop Kafka, then the database, under a real Prometheus: the right alert fires, its runbook works
	@$(bootstrap) venv tools page deployment
	@exec $(bin)/pytest -q -rP tests/alerts

fault: ## Break everything at random for half an hour while people answer: make fault [FAULT_MINUTES=30]
	@$(bootstrap) venv tools page
	@PYTHONPATH=tests exec $(bin)/python -m support.faults

test-deploy: ## Build all images, run the compose file with a pilot country through its gateway, take it away again
	@$(bootstrap) venv tools
	@PYTHONPATH=tests exec $(bin)/python -m support.deployed

test-k8s: ## Build a real Kubernetes of one node, roll the manifests out on it, let a school answer, take it away again
	@$(bootstrap) venv tools
	@PYTHONPATH=tests exec $(bin)/python -m support.on_kubernetes

mutants: ## Take safety lines out one at a time and see a test fail for each
	@$(bootstrap) venv tools page browser
	@PYTHONPATH=tests exec $(bin)/python -m support.mutants

screenshots: ## Take pictures of every screen of the questionnaire, the workspaces and the reports into build/screenshots
	@$(bootstrap) venv tools page browser
	@PYTHONPATH=tests exec $(bin)/python -m support.screenshots build/screenshots

bench-page: ## Measure the questionnaire page with Lighthouse on its slow phone
	@$(bootstrap) venv tools page browser
	@PYTHONPATH=tests exec $(bin)/python -m support.lighthouse

bench-report: ## Measure the reporter's pages and files at 4,400 schools beside the same Flask without work
	@$(bootstrap) venv tools bench
	@PYTHONPATH=tests exec $(bin)/python -m support.report_bench

bench-collect: ## Measure the collector's whole path beside the same Flask without work
	@$(bootstrap) venv tools page bench
	@PYTHONPATH=tests exec $(bin)/python -m bench.collect

bench-fold: ## Measure the fold beside reading the same topic alone, in random order and class by class
	@$(bootstrap) venv tools
	@PYTHONPATH=tests exec $(bin)/python -m bench.fold

hashes: ## Publish the hashes of the questionnaire page in docs/privacy.md
	@$(bootstrap) venv page
	@exec $(bin)/python -m collector files --into docs/privacy.md

reference: ## Write the tables of docs/reference from the code
	@$(bootstrap) venv
	@PYTHONPATH=tests exec $(bin)/python -m support.reference

lint: ## Check format, style, types and import rules
	@$(bootstrap) venv
	$(bin)/ruff format --check $(sources)
	$(bin)/ruff check $(sources)
	$(bin)/mypy
	$(bin)/lint-imports

format: ## Write the format and the fixes that ruff is sure of
	@$(bootstrap) venv
	$(bin)/ruff format $(sources)
	$(bin)/ruff check --fix $(sources)

scan: ## Look through everything that a running demo keeps for what could lead to a respondent
	@$(bootstrap) venv
	@PYTHONPATH=tests exec $(bin)/python -m support.scan build/demo/demo.json

audit: ## Ask whether a locked package has a known weakness: exit 1 if so, 2 if nobody could be asked
	@$(bootstrap) venv
	@exec $(bin)/python -m stack audit

lock: ## Choose the newest allowed packages and write all requirements.txt
	@$(bootstrap) venv
	deploy/lock.sh

clean: ## Remove the environment, the tools and everything that was built
	rm -rf .venv build services/collector/page/node_modules services/collector/src/collector/page/dist
