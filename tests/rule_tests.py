"""Rules and test files as text in, their compiled plan and their tests out: for tests of what runs the rules' own tests."""

from pathlib import Path

from fraudc.author.testing import TestFile, read_tests
from fraudc.author.testing.files import test_paths
from fraudc.diagnostics import Diagnostics
from fraudc.pipeline import compile_project
from fraudc.project import Project
from fraudc_runtime.plan import Plan

PROJECT = """\
version: 1
schema:
  id: transaction_id
  event_time: event_time
  fields:
    transaction_id: string
    event_time: timestamp
    customer_id: string
    card_id: string?
    amount: money
    currency: string
    channel: {type: string, default: "unknown"}
    country: string?
    bin: {type: string?, path: card.bin}
    category: {type: string?, aliases: [mcc]}
    score: float?
    original_id: string?
  money: {currency_field: currency, base: USD, rates: {EUR: 1.10}}
  entities:
    customer: {key: customer_id, profile: {home: string?, credit_limit: money?}}
    card: {key: card_id}
rules: ["rules/*.yaml"]
"""


def written(root: Path, rules: str, tests: str) -> Path:
    (root / "rules").mkdir(exist_ok=True)
    (root / "fraudc.yaml").write_text(PROJECT, "utf-8")
    (root / "rules" / "a.yaml").write_text(f"version: 1\nrules:\n{rules}", "utf-8")
    (root / "rules" / "a.test.yaml").write_text(tests, "utf-8")
    return root


def read(root: Path, rules: str, tests: str) -> tuple[Project, Plan, list[TestFile], Diagnostics]:
    """The project laid out in a folder; its rules must compile."""
    compilation = compile_project(written(root, rules, tests))
    assert compilation.plan is not None, compilation.diagnostics.found
    assert compilation.project is not None
    diagnostics = Diagnostics()
    files = read_tests(compilation.project, compilation.plan, test_paths(compilation.project), diagnostics)
    return compilation.project, compilation.plan, files, diagnostics
