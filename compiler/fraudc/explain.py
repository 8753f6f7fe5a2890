"""A diagnostic's code in, what it means and an example of right and wrong out."""

from textwrap import fill, indent

from fraudc.codes import registry
from fraudc.suggest import did_you_mean

WIDTH = 88


def explain_code(code: str) -> str:
    """The page of a code, in any case. KeyError with one line for the user if there is no such code."""
    codes = registry()
    found = codes.get(code.upper())
    if found is None:
        hint = did_you_mean(code.upper(), codes)
        raise KeyError(f"there is no diagnostic {code}" + (f"; {hint}" if hint else ""))
    return "\n".join(
        [
            f"{found.code}: {found.title}",
            "",
            fill(found.explanation, WIDTH),
            "",
            f"  Write{'' if found.severity == 'error' else ' rather'}:",
            "",
            indent(found.right, "    "),
            "",
            "  and not:",
            "",
            indent(found.wrong, "    "),
            "",
        ]
    )
