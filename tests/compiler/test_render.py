"""Diagnostics as text with a caret, as JSON, as SARIF and as GitHub workflow commands."""

import json
import re

from fraudc.codes import shape
from fraudc.diagnostics import Code, Diagnostic, Diagnostics
from fraudc.render import render_github, render_json, render_sarif, render_text, summary
from fraudc.source import SourceFile, Span

CODE = Code("E304", "title", "explanation", "wrong", "right")
LINT = Code("W901", "title", "explanation", "wrong", "right")


def diagnostic(text: str, part: str, label: str = "write this", code: Code = CODE, help: str | None = None) -> Diagnostic:
    file = SourceFile("rules/rule.yaml", text)
    start = text.index(part)
    return Diagnostic(code, "what is wrong", Span(file, start, start + len(part)), label, help)


def body(text: str, part: str) -> list[str]:
    """The lines with the source and the carets."""
    return render_text([diagnostic(text, part)]).split("\n")[3:-2]


def test_the_caret_stands_under_the_place() -> None:
    lines = "\n" * 6 + "    when: amount > 5000\n"
    assert render_text([diagnostic(lines, "5000")]) == (
        "error[E304]: what is wrong\n"
        "  --> rules/rule.yaml:7:20\n"
        "   |\n"
        " 7 |     when: amount > 5000\n"
        "   |                    ^^^^ write this\n"
        "   = help: fraudc explain E304\n"
    )


def test_the_gutter_grows_with_the_line_number() -> None:
    assert render_text([diagnostic("\n" * 99 + "a: b\n", "b", help="look there")]) == (
        "error[E304]: what is wrong\n"
        "   --> rules/rule.yaml:100:4\n"
        "    |\n"
        "100 | a: b\n"
        "    |    ^ write this\n"
        "    = help: look there\n"
        "    = help: fraudc explain E304\n"
    )


def test_wide_characters_take_two_columns_and_marks_none() -> None:
    assert body("a: 東京 x\n", "x") == [" 1 | a: 東京 x", "   |         ^ write this"]
    assert body("a: 東京 x\n", "東京") == [" 1 | a: 東京 x", "   |    ^^^^ write this"]
    assert body("a: e\u0301 x\n", "x") == [" 1 | a: e\u0301 x", "   |      ^ write this"]


def test_tabs_are_four_spaces_and_what_has_no_shape_is_replaced() -> None:
    assert body("a:\tx\n", "x") == [" 1 | a:    x", "   |       ^ write this"]
    assert body("a: \u202e\x1bx\n", "x") == [" 1 | a: \ufffd\ufffdx", "   |      ^ write this"]


def test_a_long_line_is_cut_around_the_place() -> None:
    source, carets = body("x" * 5000 + "HERE" + "y" * 5000, "HERE")
    assert source == " 1 | …" + "x" * 30 + "HERE" + "y" * 86 + "…"
    assert carets == "   |  " + " " * 30 + "^^^^ write this"


def test_a_long_place_is_underlined_at_its_beginning() -> None:
    source, carets = body("a: " + "x" * 5000, "x" * 5000)
    assert len(source) < 130
    assert carets.count("^") <= 120


def test_a_place_on_several_lines_is_underlined_on_each() -> None:
    assert body("a: >\n  bc\n  d\ne: f\n", ">\n  bc\n  d\n") == [
        " 1 | a: >",
        "   |    ^",
        " 2 |   bc",
        "   |   ^^",
        " 3 |   d",
        "   |   ^ write this",
    ]


def test_of_a_place_on_many_lines_the_first_and_the_last_are_shown() -> None:
    text = "".join(f"a{n}: b\n" for n in range(20))
    assert body(text, text) == [" 1 | a0: b", "   | ^^^^^", "   :", "20 | a19: b", "   | ^^^^^^ write this"]


def test_an_empty_place_has_one_caret() -> None:
    file = SourceFile("a.yaml", "when:\n")
    assert " 1 | when:\n   |      ^ x\n" in render_text([Diagnostic(CODE, "m", Span(file, 5, 5), "x")])
    assert " 2 |\n   | ^ x\n" in render_text([Diagnostic(CODE, "m", Span(file, 6, 6), "x")])


def test_a_diagnostic_without_a_place_is_said_all_the_same() -> None:
    assert render_text([Diagnostic(CODE, "m", None, "x")]) == "error[E304]: m\n   = x\n   = help: fraudc explain E304\n"


def test_colours_change_nothing_but_colour() -> None:
    found = [diagnostic("a: b\n", "b")]
    assert re.sub("\x1b\\[[0-9;]*m", "", render_text(found, colour=True)) == render_text(found)
    assert "\x1b[1;31m" in render_text(found, colour=True)
    assert "\x1b" not in render_text(found)


def test_a_hundred_are_shown_and_the_rest_counted() -> None:
    text = render_text([diagnostic("a: b\n", "b")] * 1102)
    assert text.count("error[E304]") == 100
    assert text.endswith("\nand 1,002 more\n")


def test_the_summary_counts_by_severity() -> None:
    error, warning = diagnostic("a: b\n", "b"), diagnostic("a: b\n", "b", code=LINT)
    assert summary([error, warning, warning]) == "1 error, 2 warnings"
    assert summary([]) == ""


def test_json_has_the_keys_that_scripts_hold_on_to() -> None:
    found = [diagnostic("a: b\nc: é\n", "b\nc: é"), Diagnostic(LINT, "m", None)]
    assert json.loads(render_json(found)) == [
        {
            "code": "E304", "severity": "error", "message": "what is wrong", "file": "rules/rule.yaml",
            "line": 1, "column": 4, "end_line": 2, "end_column": 5, "label": "write this", "help": "fraudc explain E304",
        },
        {
            "code": "W901", "severity": "warning", "message": "m", "file": None,
            "line": None, "column": None, "end_line": None, "end_column": None, "label": "", "help": "fraudc explain W901",
        },
    ]  # fmt: skip


def test_sarif_names_the_rule_and_the_region() -> None:
    log = json.loads(render_sarif([diagnostic("a: b\n", "b", code=shape.TAG), diagnostic("a: b\n", "b")], "1.2.3"))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["E109", "E304"]
    assert run["results"][1]["ruleIndex"] == 1
    assert run["results"][1]["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "rules/rule.yaml"},
        "region": {"startLine": 1, "startColumn": 4, "endLine": 1, "endColumn": 5},
    }


def test_github_commands_escape_what_would_end_them() -> None:
    file = SourceFile("a,b:c.yaml", "a: b\n")
    found = Diagnostic(CODE, "100%: no", Span(file, 3, 4), "two\nlines")
    assert render_github([found]) == (
        "::error file=a%2Cb%3Ac.yaml,line=1,col=4,endLine=1,endColumn=5,title=E304::100%25: no%0Atwo%0Alines\n"
    )


def test_the_same_code_at_the_same_place_is_kept_once() -> None:
    file = SourceFile("a.yaml", "a: b\n")
    diagnostics = Diagnostics()
    for start in (3, 0, 3):
        diagnostics.report(CODE, "m", Span(file, start, 4))
    assert [one.span and one.span.start for one in diagnostics.ordered()] == [0, 3]
