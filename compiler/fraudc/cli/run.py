"""`fraudc run`: a rules project and a file of transactions in, files of alerts and the run's counts out."""

import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import typer

from fraudc.cli.compiled import compile_or_fail
from fraudc.cli.failure import FINDINGS, SERVER, USAGE, Failure
from fraudc.cli.options import Format, Project, Quiet, ResultFormat
from fraudc.cli.stream import Request, stream
from fraudc.cli.topics import INTERRUPTED, Bootstrap, CreateTopics

if TYPE_CHECKING:
    from fraudc_runtime.counts import Counts
    from fraudc_runtime.flink.failures import Failure as JobFailure
    from fraudc_runtime.flink.files import Outputs, Progress
    from fraudc_runtime.intake import Source
    from fraudc_runtime.plan import Plan

NAME = "run"
STANDARD_INPUT = "-"


class InputFormat(str, Enum):
    """What a file of transactions holds."""

    json = "json"
    csv = "csv"


_VALUES: dict[InputFormat, Literal["json", "csv"]] = {InputFormat.json: "json", InputFormat.csv: "csv"}


class Mode(str, Enum):
    """Where Python runs: inside the Java process, or beside it."""

    thread = "thread"
    process = "process"


@dataclass(frozen=True, slots=True)
class Run:
    """What to run, checked as far as it can be without starting anything."""

    plan: "Plan"
    sources: "list[tuple[Source, Path]]"
    outputs: "Outputs"
    parallelism: int
    mode: Mode


Input = Annotated[
    str | None, typer.Option("--input", metavar="FILE", help="Transactions: JSONL or CSV, gzip and xz too; - is standard input.")
]
Profiles = Annotated[
    list[str] | None, typer.Option("--profiles", metavar="ENTITY=FILE", help="Profile rows of an entity; may be repeated.")
]
DeadLetters = Annotated[Path | None, typer.Option("--dead-letters", metavar="FILE", help="Where bad input goes, with the reason.")]
Parallelism = Annotated[
    int | None, typer.Option("--parallelism", min=1, max=128, help="Tasks that evaluate rules; 1, or what the project's job says.")
]


def command(
    input: Input = None,
    output: Annotated[Path | None, typer.Option("--output", metavar="FILE", help="Where the alerts go.")] = None,
    project: Project = None,
    profiles: Profiles = None,
    dead_letters: DeadLetters = None,
    late: Annotated[Path | None, typer.Option("--late", metavar="FILE", help="Where late transactions go.")] = None,
    shadow: Annotated[Path | None, typer.Option("--shadow", metavar="FILE", help="Separates shadow alerts from --output.")] = None,
    parallelism: Parallelism = None,
    input_format: Annotated[InputFormat | None, typer.Option("--input-format", help="Overrides the file's extension.")] = None,
    mode: Annotated[Mode, typer.Option("--mode", help="Python inside the Java process, or in processes beside it.")] = Mode.thread,
    bootstrap: Bootstrap = None,
    create_topics: CreateTopics = False,
    show: Annotated[bool, typer.Option("--print", help="Show transactions from Kafka as decoded, on standard output.")] = False,
    fail_on: Annotated[str, typer.Option("--fail-on", metavar="dead,late", help="Exit 1 if there are any.")] = "",
    format: Format = ResultFormat.text,
    quiet: Quiet = False,
) -> None:
    """Run the project's rules over a file (--input), or over Kafka as its job says, on an embedded Flink."""
    for_files = (output, profiles, dead_letters, late, shadow, input_format, fail_on)
    if input is None and not any(for_files):
        stream(Request(project, bootstrap, parallelism, mode.value, show, create_topics, quiet))
        return
    if input is None or output is None:
        raise Failure("run needs --input FILE and --output FILE; without any file it reads the project's topic", USAGE)
    if bootstrap or create_topics or show:
        raise Failure("--bootstrap, --create-topics and --print are for a run over Kafka, without --input", USAGE)
    failing = _fail_on(fail_on)
    plan = compile_or_fail(project)
    sources = [*_profile_sources(plan, profiles or []), _transactions(input, input_format)]
    run = Run(plan, sources, _outputs(output, shadow, dead_letters, late, sources), parallelism or 1, mode)
    counts = _execute(run, quiet)
    _report(counts, run, format, quiet)
    _judge(counts, failing)


def _judge(counts: "Counts", failing: set[str]) -> None:
    dead, late = bool(counts.dead or counts.bad_profiles), any(entity.late for entity in counts.entities.values())
    if ("dead" in failing and dead) or ("late" in failing and late):
        raise typer.Exit(FINDINGS)


def _fail_on(text: str) -> set[str]:
    names = {name.strip() for name in text.split(",") if name.strip()}
    if unknown := names - {"dead", "late"}:
        raise Failure(f"--fail-on takes dead, late or both, not {', '.join(sorted(unknown))}", USAGE)
    return names


def _transactions(text: str, format: InputFormat | None) -> "tuple[Source, Path]":
    from fraudc_runtime.intake import Source  # noqa: PLC0415  start-up

    path = Path(text)
    name = "standard input" if text == STANDARD_INPUT else path.name
    return Source("transactions", name, None, _VALUES[format] if format else _format(path), 0), path


def _format(path: Path) -> Literal["json", "csv"]:
    """By extension, a compression's aside; JSON lines unless it says CSV."""
    suffixes = [suffix for suffix in path.suffixes if suffix not in (".gz", ".xz")]
    return "csv" if suffixes and suffixes[-1].lower() == ".csv" else "json"


def _profile_sources(plan: "Plan", options: list[str]) -> "list[tuple[Source, Path]]":
    from fraudc_runtime.intake import Source  # noqa: PLC0415  start-up

    names = [entity.name for entity in plan.schema.entities]
    found = []
    for option in options:
        name, equals, file = option.partition("=")
        if not equals or not file:
            raise Failure(f"--profiles takes ENTITY=FILE, not {option}", USAGE)
        if name not in names:
            raise Failure(f"--profiles {option}: the project has no entity {name}; it has {', '.join(names) or 'none'}", USAGE)
        if not plan.schema.entities[names.index(name)].profile:
            raise Failure(f"--profiles {option}: the entity {name} declares no profile fields", USAGE)
        found.append((Source("profile", Path(file).name, name, _format(Path(file)), 0), Path(file)))
    return found


def _outputs(alerts: Path, shadow: Path | None, dead: Path | None, late: Path | None, sources: "list[tuple[Source, Path]]") -> "Outputs":
    from fraudc_runtime.flink.files import Outputs  # noqa: PLC0415  start-up

    written = [path.resolve() for path in (alerts, shadow, dead, late) if path]
    read = {path.resolve() for _, path in sources}
    for path in written:
        if written.count(path) > 1:
            raise Failure(f"{path} is named for two outputs", USAGE)
        if path in read:
            raise Failure(f"{path} is an input, and would be overwritten", USAGE)
        if path.exists() and not (path.is_file() or path.is_dir()):  # a rename would put a file in the place of a device
            raise Failure(f"{path} is no file", USAGE)
    return Outputs(alerts, shadow, dead, late)


def _execute(run: Run, quiet: bool) -> "Counts":
    from fraudc_runtime.flink import failures, files  # noqa: PLC0415  start-up
    from fraudc_runtime.flink.settings import Settings  # noqa: PLC0415  start-up

    settings = Settings(parallelism=run.parallelism, mode=run.mode.value)
    try:
        with _progress(quiet) as progress:
            return files.run_files(run.plan, run.sources, run.outputs, settings=settings, progress=progress)
    except failures.Failure as failure:
        _fail(failure)
    except KeyboardInterrupt:
        partial = [str(files.partial(path)) for path in _written(run.outputs) if files.partial(path).exists()]
        raise Failure(f"stopped{_left(partial)}", INTERRUPTED) from None


def _fail(failure: "JobFailure") -> NoReturn:
    from fraudc_runtime.flink.failures import InputUnreadable, OutputUnwritable  # noqa: PLC0415  start-up

    code = USAGE if isinstance(failure, InputUnreadable | OutputUnwritable) else SERVER
    raise Failure(f"{failure}{_left(failure.partial)}", code)


def _left(partial: Sequence[str]) -> str:
    return f"; what was written so far is in {', '.join(partial)}" if partial else ""


def _written(outputs: "Outputs") -> list[Path]:
    return [path for path in (outputs.alerts, outputs.shadow, outputs.dead, outputs.late) if path]


def _progress(quiet: bool) -> "AbstractContextManager[Callable[[Progress], None] | None]":
    from fraudc.cli.progress import bar  # noqa: PLC0415  start-up

    return bar("transactions", shown=not quiet and sys.stderr.isatty())


def _report(counts: "Counts", run: Run, format: ResultFormat, quiet: bool) -> None:
    from fraudc.cli import summary  # noqa: PLC0415  start-up

    if format is ResultFormat.json:
        typer.echo(summary.as_json(counts))
    elif not quiet:
        typer.echo(summary.as_text(counts, run.plan, _written(run.outputs)))
