"""A PlanView in, JSON out: the same names as the model, for scripts."""

import json
from dataclasses import asdict
from typing import Any

from fraudc.show.model import PlanView

VERSION = 1


def as_json(view: PlanView) -> str:
    """One object, indented, ending with a line end; bytes and counts are numbers, expressions and durations text."""
    document: dict[str, Any] = {"version": VERSION, "summary": _summary(view), **asdict(view)}
    for rule in [*(rule for entity in document["entities"] for rule in entity["rules"]), *document["stateless"]]:
        rule["lets"] = dict(rule["lets"])
        # Whole lists here would grow with the square of the rules; the windows have them.
        rule["shares"] = [{"window": s["window"], "what": s["what"], "others": len(s["rules"])} for s in rule["shares"]]
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _summary(view: PlanView) -> dict[str, int]:
    return {
        "rules": len(view.rules),
        "entities": len(view.entities),
        "windows": len(view.windows),
        "windows_before_sharing": view.before_sharing,
    }
