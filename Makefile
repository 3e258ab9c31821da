# Every command of the project. `make help` lists them.
PYTHON ?= python3
STAGE ?= local
PROOFS ?= whole
VENV := .venv/bin
# A process per core, each with an embedded AWS of its own; a file's tests stay together, in order.
PARALLEL := --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder
SERVICES := registration directory documents
export AWS_DEFAULT_REGION ?= eu-central-1

.DEFAULT_GOAL := help
.PHONY: help install install-aws requirements run reset test test-quick check format package deploy rollback load redrive \
        mend replay backup erasures restore forget organiser contracts proofs bench test-3.13

help: ## show this list
	@awk -F ':.*## ' '/^[a-zA-Z0-9_.-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: ## make .venv with everything that builds, checks and tests
	@$(PYTHON) infra/bootstrap.py dev

install-aws:
	@$(PYTHON) infra/bootstrap.py dev aws

run: install-aws ## run everything on http://localhost:8000
	@$(VENV)/python -m infra.local.run

reset: ## throw the local data away (the next run starts empty)
	@rm -rf .local

test: install-aws ## all tests but the proofs
	$(VENV)/python -m pytest $(PARALLEL) -m "not proof"

test-quick: install ## unit, contract and service tests only (no embedded AWS)
	$(VENV)/python -m pytest $(PARALLEL) tests/unit tests/contracts tests/service

test-3.13:
	@$(PYTHON) infra/bootstrap.py dev-3.13
	.venv-3.13/bin/python -m pytest $(PARALLEL) tests/unit tests/contracts tests/service

check: install ## format, lint, types, import rules, secrets, personal data in logs
	$(VENV)/ruff format --check .
	$(VENV)/ruff check .
	$(VENV)/mypy
	@for service in $(SERVICES); do $(VENV)/mypy services/$$service/app.py || exit 1; done
	PYTHONPATH=.:services/registration:services/directory:services/documents $(VENV)/lint-imports
	$(VENV)/python -m infra.scan

format: install ## rewrite the code in the project's format
	$(VENV)/ruff format .
	$(VENV)/ruff check --fix .

package: install ## build the zips and templates that are deployed, in .build/package
	@$(VENV)/python -m infra.package

deploy: install ## deploy to STAGE (infra/stages/STAGE.yaml says where)
	@$(VENV)/python -m infra.deploy --stage $(STAGE) $(if $(LOSE),--lose)

rollback: install ## put back in STAGE what was deployed before the last deploy
	@$(VENV)/python -m infra.releases --stage $(STAGE)

backup: install ## copy all data of STAGE, encrypted, to the new folder TO
	@$(VENV)/python -m infra.recovery.backup --stage $(STAGE) --copies=$(COPIES) $(TO)

erasures: install ## add to the backup in TO what was erased in STAGE since
	@$(VENV)/python -m infra.recovery.backup --stage $(STAGE) --only-erasures $(TO)

restore: install ## deploy STAGE and bring back the backup in FROM; the erased stay erased
	@$(VENV)/python -m infra.recovery.restore --stage $(STAGE) $(if $(REPLACE),--replace) $(FROM)

forget: install ## erase again in STAGE what was erased before, after tables came back otherwise
	@$(VENV)/python -m infra.recovery.restore --stage $(STAGE) --only-forget

load: install ## load FILE (a congress, members or documents) into STAGE
	@$(VENV)/python -m infra.load --stage $(STAGE) $(FILE)

organiser: install ## make EMAIL an organiser in STAGE and print the first password
	@$(VENV)/python -m infra.organiser --stage $(STAGE) $(EMAIL)

redrive: install ## move QUEUE's dead letters back to it in STAGE; LOOK=yes only lists them, DROP=id drops one
	@$(VENV)/python -m infra.redrive --stage $(STAGE) $(if $(LOOK),--look) $(if $(DROP),--drop $(DROP)) $(QUEUE)

mend: install ## put back subscriptions that somebody deleted in STAGE
	@$(VENV)/python -m infra.mend --stage $(STAGE)

replay: install ## publish the events of SERVICE since SINCE again in STAGE
	@$(VENV)/python -m infra.replay --stage $(STAGE) --since "$(SINCE)" $(SERVICE)

contracts: install ## write docs/events/asyncapi.yaml anew from the code
	@$(VENV)/python -m infra.contracts

proofs: install-aws ## run every proof whole; PROOFS=bounded runs a part of each
	PROOFS=$(PROOFS) $(VENV)/python -m pytest $(PARALLEL) -m "proof and not bench" tests/proofs

bench: install-aws ## measure the budgets
	$(VENV)/python -m pytest -m bench tests/proofs

requirements: install ## pin requirements/*.in anew, with hashes
	@PATH="$(CURDIR)/$(VENV):$$PATH" sh infra/pin_requirements.sh
