"""Diagnostics in, JSON, SARIF 2.1.0 or GitHub workflow commands out."""

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from fraudc.diagnostics import Code, Diagnostic

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

_GITHUB = {"error": "error", "warning": "warning", "note": "notice"}


def render_json(diagnostics: Iterable[Diagnostic]) -> str:
    """A JSON array with one object for each; lines and columns count from 1, columns in code points, the end exclusive."""
    return json.dumps([_as_object(diagnostic) for diagnostic in diagnostics], indent=2, ensure_ascii=False) + "\n"


def render_sarif(diagnostics: Iterable[Diagnostic], version: str) -> str:
    """One run of a SARIF 2.1.0 log; `version` is that of fraudc."""
    found = list(diagnostics)
    codes = sorted({d.code.code: d.code for d in found}.values(), key=lambda code: code.code)
    driver = {"name": "fraudc", "semanticVersion": version, "rules": [_as_rule(code) for code in codes]}
    results = [_as_result(diagnostic, codes.index(diagnostic.code)) for diagnostic in found]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def render_github(diagnostics: Iterable[Diagnostic]) -> str:
    """One workflow command for each, which GitHub shows beside the line of a pull request."""
    return "".join(_as_command(diagnostic) for diagnostic in diagnostics)


def _as_object(diagnostic: Diagnostic) -> dict[str, Any]:
    file, line, column, end_line, end_column = _place(diagnostic)
    return {
        "code": diagnostic.code.code,
        "severity": diagnostic.code.severity,
        "message": diagnostic.message,
        "file": file,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
        "label": diagnostic.label,
        "help": diagnostic.help or f"fraudc explain {diagnostic.code.code}",
    }


def _place(diagnostic: Diagnostic) -> tuple[str | None, int | None, int | None, int | None, int | None]:
    span = diagnostic.span
    if span is None:
        return None, None, None, None, None
    return span.file.name, *span.file.position(span.start), *span.file.position(span.end)


def _as_rule(code: Code) -> dict[str, Any]:
    return {
        "id": code.code,
        "shortDescription": {"text": code.title},
        "fullDescription": {"text": code.explanation},
        "defaultConfiguration": {"level": code.severity},
    }


def _as_result(diagnostic: Diagnostic, index: int) -> dict[str, Any]:
    text = f"{diagnostic.message}: {diagnostic.label}" if diagnostic.label else diagnostic.message
    result: dict[str, Any] = {
        "ruleId": diagnostic.code.code,
        "ruleIndex": index,
        "level": diagnostic.code.severity,
        "message": {"text": text},
    }
    file, line, column, end_line, end_column = _place(diagnostic)
    if file is not None:
        region = {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}
        result["locations"] = [{"physicalLocation": {"artifactLocation": {"uri": quote(file)}, "region": region}}]
    return result


def _as_command(diagnostic: Diagnostic) -> str:
    file, line, column, end_line, end_column = _place(diagnostic)
    properties = {"file": file, "line": line, "col": column, "endLine": end_line, "endColumn": end_column, "title": diagnostic.code.code}
    if line != end_line:  # GitHub takes columns only within one line
        properties |= {"col": None, "endColumn": None}
    given = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items() if value is not None)
    text = f"{diagnostic.message}\n{diagnostic.label}" if diagnostic.label else diagnostic.message
    return f"::{_GITHUB[diagnostic.code.severity]} {given}::{_escaped(text)}\n"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
