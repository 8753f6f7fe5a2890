"""Verdicts in, text for a terminal, JSON and JUnit's XML out."""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from fraudc.author.testing.reasons import shown
from fraudc.author.testing.verdicts import Difference, Verdict
from fraudc.expressions.spell import spell_duration
from fraudc.show.amounts import counted

_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML 1.0 cannot hold
_NOTHING_EXPECTED = "it says no `alerts:` yet; `fraudc test --update` fills in what comes out"


def as_text(verdicts: Sequence[Verdict], base: str, quiet: bool) -> str:
    """Failures, each with its reasons, then how many there are."""
    failed = [verdict for verdict in verdicts if not verdict.passed]
    blocks = ["\n".join(_failure(verdict, base)) for verdict in failed]
    blocks += [] if quiet and not failed else [_summary(len(verdicts), len(failed))]
    return "\n\n".join(blocks) + "\n" if blocks else ""


def as_json(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """One object; a difference's `expected` and `got` are null where there is none."""
    failed = sum(not verdict.passed for verdict in verdicts)
    return {"passed": len(verdicts) - failed, "failed": failed, "tests": [_test(verdict) for verdict in verdicts]}


def as_junit(verdicts: Sequence[Verdict], base: str) -> str:
    """One test suite a file, as continuous integration servers read it."""
    suites: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        suites.setdefault(verdict.file, []).append(verdict)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<testsuites {_numbers(verdicts)}>"]
    for file, of_file in suites.items():
        lines.append(f"  <testsuite name={_attribute(file)} {_numbers(of_file)}>")
        lines += [line for verdict in of_file for line in _junit_case(verdict, base)]
        lines.append("  </testsuite>")
    return "\n".join([*lines, "</testsuites>"]) + "\n"


def _summary(number: int, failed: int) -> str:
    return f"{counted(number, 'test')}, {f'{failed} failed' if failed else 'all passed' if number > 1 else 'passed'}"


def _failure(verdict: Verdict, base: str) -> Iterable[str]:
    yield f"FAILED {verdict.file}:{verdict.case.line}: {_line(verdict.case.name)}"
    yield from (f"  {line}" for line in _reasons(verdict, base))


def _reasons(verdict: Verdict, base: str) -> Iterable[str]:
    if verdict.unspecified:
        yield _NOTHING_EXPECTED
    for difference in verdict.differences:
        yield _headline(verdict, difference)
        yield from (
            f"    {wrong.name}: expected {_line(wrong.expected)}, got {shown(wrong.type, wrong.got, base)}" for wrong in difference.values
        )
        yield from (f"    {_line(line)}" for line in difference.because)


def _headline(verdict: Verdict, found: Difference) -> str:
    at = next((each.at for each in verdict.case.transactions if each.id == found.transaction), None)
    place = f"{_line(found.transaction)}{'' if at is None else f' (at {spell_duration(at - verdict.case.start)})'}"
    match found.kind:
        case "missing":
            return f"expected an alert of {found.rule} for {place}, got none:"
        case "unexpected":
            one = "a shadow one" if found.alert and found.alert.mode == "shadow" else "one"
            return f"expected no alert of {found.rule} for {place}, got {one}:"
        case "different":
            return f"the alert of {found.rule} for {place} has other values:"


def _test(verdict: Verdict) -> dict[str, Any]:
    return {
        "file": verdict.file,
        "line": verdict.case.line,
        "name": verdict.case.name,
        "passed": verdict.passed,
        "alerts": None if verdict.case.expected is None else len(verdict.case.expected),
        "differences": [_difference(each) for each in verdict.differences],
        "got": [alert.raw for alert in verdict.outcome.alerts],
    }


def _difference(found: Difference) -> dict[str, Any]:
    return {
        "kind": found.kind,
        "rule": found.rule,
        "transaction": found.transaction,
        "values": [{"name": wrong.name, "expected": wrong.expected, "got": wrong.got} for wrong in found.values],
        "because": list(found.because),
    }


def _junit_case(verdict: Verdict, base: str) -> Iterable[str]:
    start = f"    <testcase classname={_attribute(verdict.file)} name={_attribute(verdict.case.name)}"
    if verdict.passed:
        yield f"{start}/>"
        return
    lines = list(_reasons(verdict, base))
    yield f"{start}>"
    yield f"      <failure message={_attribute(lines[0])}>{escape(_writable(chr(10).join(lines)))}</failure>"
    yield "    </testcase>"


def _numbers(verdicts: Sequence[Verdict]) -> str:
    return f'tests="{len(verdicts)}" failures="{sum(not verdict.passed for verdict in verdicts)}" errors="0"'


def _attribute(text: str) -> str:
    return quoteattr(_writable(text))


def _writable(text: str) -> str:
    return _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def _line(text: str) -> str:
    """An author's text as one line that no terminal obeys."""
    return text if text.isprintable() else json.dumps(text, ensure_ascii=True)[1:-1]
