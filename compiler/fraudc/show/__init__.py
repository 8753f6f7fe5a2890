"""A Plan in; the plan as text, JSON, Mermaid, Graphviz or a page out."""

from collections.abc import Callable

from fraudc.show.as_json import as_json
from fraudc.show.dot import as_dot
from fraudc.show.mermaid import as_mermaid
from fraudc.show.model import PlanView
from fraudc.show.page import as_html
from fraudc.show.text import as_text

PRINTERS: dict[str, Callable[[PlanView], str]] = {
    "text": as_text,
    "json": as_json,
    "mermaid": as_mermaid,
    "dot": as_dot,
    "html": as_html,
}
