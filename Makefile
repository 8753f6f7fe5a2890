# Everything a fresh clone needs: `make demo`, `make demo-kafka` and `make test`; each creates the environment in .venv first.
SHELL := bash
PYTHON ?= $(firstword $(foreach name,python3.11 python3.12 python3.10 python3,$(shell command -v $(name))))
BIN := .venv/bin
OUT := out

.PHONY: demo demo-kafka test check fixtures goldens bench mutate clean

$(BIN)/.installed: pyproject.toml constraints.txt
	@[ -n "$(PYTHON)" ] || { echo "Python 3.11 is missing (3.10 and 3.12 do too)" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	PIP_CONSTRAINT=$(CURDIR)/constraints.txt $(BIN)/pip install --quiet --editable '.[dev]'
	touch $@

demo: $(BIN)/.installed
	@mkdir -p $(OUT)
	$(BIN)/fraudc run --project fixtures --input fixtures/transactions.jsonl --profiles customer=fixtures/customers.csv \
	  --output $(OUT)/alerts.jsonl --late $(OUT)/late.jsonl --dead-letters $(OUT)/dead-letters.jsonl
	@$(BIN)/python fixtures/compare.py fixtures/expected_alerts.jsonl $(OUT)/alerts.jsonl

demo-kafka: $(BIN)/.installed
	tests/servers/install.sh
	@PYTHONPATH=$(CURDIR)/tests $(BIN)/python fixtures/demo_kafka.py

test: check
	tests/servers/install.sh
	$(BIN)/pytest -n 2 --dist loadgroup

check: $(BIN)/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

fixtures: $(BIN)/.installed
	$(BIN)/python fixtures/generate.py fixtures

goldens: $(BIN)/.installed
	$(BIN)/pytest --renew-goldens

bench: $(BIN)/.installed
	tests/servers/install.sh
	PYTHONPATH=$(CURDIR)/tests $(BIN)/python bench/bench.py --json $(OUT)/bench.json

mutate: $(BIN)/.installed
	$(BIN)/python bench/mutate.py

clean:
	rm -rf .venv $(OUT) .mypy_cache .ruff_cache .pytest_cache .hypothesis
