"""`fraudc schema`: a kind of file in, its JSON Schema for editors out; or all of them beside a project."""

import json
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from fraudc.cli.compiled import root_of
from fraudc.cli.files import write
from fraudc.cli.options import Project, Quiet

NAME = "schema"
FOLDER = ".fraudc"


class Kind(str, Enum):
    """The files that authors write."""

    project = "project"
    rules = "rules"
    tests = "tests"


def command(
    kind: Annotated[Kind, typer.Argument(help="Which files: fraudc.yaml, rule files or test files.")] = Kind.rules,
    into_project: Annotated[
        bool, typer.Option("--write", help=f"Write all of them into the project's {FOLDER}/, where init's files look.")
    ] = False,
    project: Project = None,
    quiet: Quiet = False,
) -> None:
    """Print the JSON Schema of a kind of file, for editors that complete and explain."""
    from fraudc.editor.schemas import schema_of  # noqa: PLC0415  start-up

    if not into_project:
        typer.echo(_text(schema_of(kind.value)), nl=False)
        return
    for path in write_schemas(root_of(project)):
        if not quiet:
            typer.echo(str(path))


def write_schemas(root: Path) -> list[Path]:
    """Writes each kind's schema beside the project; their paths."""
    from fraudc.editor.schemas import FILES, schema_of  # noqa: PLC0415  start-up

    (root / FOLDER).mkdir(exist_ok=True)
    paths = {kind: root / FOLDER / f"{kind}.schema.json" for kind in FILES}
    for kind, path in paths.items():
        write(path, _text(schema_of(kind)).encode())
    return list(paths.values())


def _text(schema: object) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
