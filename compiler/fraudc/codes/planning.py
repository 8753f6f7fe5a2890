"""E4xx: what cannot be planned: windows, entities, and where aggregates may stand."""

from fraudc.diagnostics import Code

NO_WINDOW = Code(
    "E401",
    "an aggregate without a window",
    "An aggregate says over which transactions it looks: behind its parentheses stands `over` and a window.",
    "when: count() > 3",
    "when: count() over 10m > 3",
)
