"""The entry point: arguments in, a command run, an exit code out; a user's mistake is one line, never a traceback."""

import os
import sys
from typing import Annotated

import typer

import fraudc.cli.check
import fraudc.cli.compile
import fraudc.cli.consume
import fraudc.cli.diff
import fraudc.cli.dlq
import fraudc.cli.explain
import fraudc.cli.index
import fraudc.cli.init
import fraudc.cli.profiles
import fraudc.cli.publish
import fraudc.cli.replay
import fraudc.cli.rollback
import fraudc.cli.run
import fraudc.cli.schema
import fraudc.cli.status
import fraudc.cli.submit
import fraudc.cli.test
from fraudc.cli.failure import Failure

app = typer.Typer(
    name="fraudc",
    help="Compiles fraud rules written in YAML into a PyFlink topology, and runs it.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (fraudc.cli.init, fraudc.cli.check, fraudc.cli.compile, fraudc.cli.diff, fraudc.cli.run, fraudc.cli.explain, fraudc.cli.test):
    app.command(module.NAME)(module.command)
for module in (fraudc.cli.schema, fraudc.cli.submit, fraudc.cli.index, fraudc.cli.publish, fraudc.cli.rollback):
    app.command(module.NAME)(module.command)
for module in (fraudc.cli.status, fraudc.cli.replay, fraudc.cli.consume):
    app.command(module.NAME)(module.command)
for group in (fraudc.cli.dlq, fraudc.cli.profiles):
    app.add_typer(group.app, name=group.NAME)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415  start-up: only when asked

        typer.echo(f"fraudc {version('fraudc')}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def without_command(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)] = False,  # noqa: ARG001  its callback acts
) -> None:
    """Without a command: the help."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main() -> None:
    """Exit codes: 0 fine, 1 findings, 2 wrong usage or an unreadable file, 3 warnings under --fail-level, 4 a server or job that failed."""
    try:
        app()
    except Failure as failure:
        print(f"fraudc: {failure}", file=sys.stderr)
        sys.exit(failure.exit_code)
    except KeyboardInterrupt:
        print("fraudc: stopped", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:  # the reader of our output has gone (`| head`): nothing left to say, and no second error at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
