"""`fraudc explain`: a diagnostic's code in, what it means and an example out."""

from typing import Annotated

import typer

from fraudc.cli.failure import USAGE, Failure

NAME = "explain"


def command(code: Annotated[str, typer.Argument(metavar="CODE", help="A diagnostic's code, for example E304.")]) -> None:
    """Explain a diagnostic, with an example of right and wrong."""
    from fraudc.explain import explain_code  # noqa: PLC0415  start-up

    try:
        typer.echo(explain_code(code), nl=False)
    except KeyError as error:
        raise Failure(str(error.args[0]), USAGE) from error
