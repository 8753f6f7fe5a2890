"""A message in, what a terminal shows of it out: an alert as two lines, other JSON indented, what is no JSON as text."""

import json
from typing import Any

import typer

from fraudc.render.columns import cells

_SEVERITIES = {"low": "cyan", "medium": "yellow", "high": "red", "critical": "magenta"}


def pretty(key: bytes | None, value: bytes | None, coloured: bool) -> str:
    """Text without control characters of the message's own, which a terminal would obey."""
    paint = typer.style if coloured else _plain
    if value is None:
        return f"{_text(key)} {paint('removed', dim=True)}"
    try:
        document = json.loads(value)
    except ValueError:
        return _text(value)
    if isinstance(document, dict) and {"alert_id", "rule", "severity", "values"} <= document.keys():
        return _alert(document, paint)
    return "\n".join(cells(line).text for line in json.dumps(document, indent=2, ensure_ascii=False).splitlines())


def _alert(alert: dict[str, Any], paint: Any) -> str:
    severity = _shown(alert["severity"])
    head = [
        paint(_shown(alert.get("event_time")), dim=True),
        paint(f"{severity:8}", fg=_SEVERITIES.get(severity), bold=True),
        paint(_shown(alert["rule"]), bold=True),
        f"{_shown(alert.get('entity'))} {_shown(alert.get('key'))}" if alert.get("entity") else "",
        _shown(alert.get("transaction_id")),
        paint("shadow", dim=True) if alert.get("mode") == "shadow" else "",
        _shown(alert.get("message")) if alert.get("message") else "",
    ]
    values = alert["values"] if isinstance(alert["values"], dict) else {}
    tail = ", ".join(f"{_shown(name)} {_shown(value)}" for name, value in values.items())
    return "  ".join(part for part in head if part) + (f"\n  {paint(tail, dim=True)}" if tail else "")


def _shown(value: object) -> str:
    return cells(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)).text


def _text(data: bytes | None) -> str:
    return cells((data or b"").decode(errors="replace")).text


def _plain(text: str, **_style: object) -> str:
    return text
