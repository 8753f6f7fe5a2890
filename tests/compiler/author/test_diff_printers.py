"""A difference as analysts, scripts and pull requests see it: whole outputs; `pytest tests/compiler/author --renew-goldens` writes them."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from fraudc.author.diff import compare
from fraudc.author.printers import PRINTERS
from fraudc.pipeline import compile_project
from fraudc_runtime.expr import Const
from fraudc_runtime.plan import ListValues, Plan, Text

GOLDENS = Path(__file__).parents[2] / "golden" / "diffs"
SUFFIXES = {"text": "txt", "json": "json", "markdown": "md"}
NOON = 1_772_366_400_000  # 2026-03-01T12:00:00Z


def compiled(name: str) -> Plan:
    found = compile_project(GOLDENS / name).plan
    assert found is not None
    return found


@pytest.mark.parametrize("form", SUFFIXES)
@pytest.mark.parametrize("name", ["edited", "retyped"])
def test_the_difference_is_printed_as_the_golden_has_it(name: str, form: str, request: pytest.FixtureRequest) -> None:
    golden = GOLDENS / f"{name}.{SUFFIXES[form]}"
    printed = PRINTERS[form](compare(compiled("live"), compiled(name), NOON))
    if request.config.getoption("--renew-goldens"):
        golden.write_text(printed, encoding="utf-8")
    assert printed == golden.read_text(encoding="utf-8")


def test_the_documentation_shows_what_is_printed() -> None:
    page = (GOLDENS.parents[2] / "docs" / "changing-rules.md").read_text(encoding="utf-8")
    assert f"```text\n{(GOLDENS / 'edited.txt').read_text(encoding='utf-8')}```\n" in page


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_no_difference_is_one_line(form: str) -> None:
    assert PRINTERS[form](compare(compiled("live"), compiled("live"), NOON)) == "No differences.\n"


def test_a_long_list_is_cut_in_sentences_only() -> None:
    live = compiled("live")
    longer = replace(live, lists={"risky:string": ListValues("string", ("NG", "KP", *(f"X{n}" for n in range(9))))})
    diff = compare(live, longer, NOON)
    assert "* the list risky gains X0, X1, X2, X3, X4 and 4 more." in PRINTERS["text"](diff)
    assert len(diff.lists[0].added) == 9


def test_texts_of_rules_are_no_markup() -> None:
    live = compiled("live")
    rule = replace(live.rules[0], message=(Text("a `b` *c*\n| d"),), when=Const("bool", False, "false"))
    printed = PRINTERS["markdown"](compare(live, replace(live, rules=(rule, *live.rules[1:])), NOON))
    assert "  - message: ``{probes} probes | then {amount}`` → ``a `b` *c*\\n| d``".replace("``{", "`{").replace("}``", "}`") in printed
