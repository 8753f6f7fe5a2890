"""Progress on a terminal: bytes read or steps done in, a bar on standard error out, once something takes longer than two seconds."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fraudc_runtime.flink.files import Progress

PATIENCE = 2.0


@contextmanager
def bar(what: str, shown: bool) -> "Iterator[Callable[[Progress], None] | None]":
    """Gives a function to report to, None where nothing is to be shown."""
    if not shown:
        yield None
        return
    from rich import progress as rich_progress  # noqa: PLC0415  start-up
    from rich.console import Console  # noqa: PLC0415  start-up

    columns = (
        rich_progress.TextColumn("{task.description}"),
        rich_progress.BarColumn(),
        rich_progress.DownloadColumn(),
        rich_progress.TransferSpeedColumn(),
        rich_progress.TimeRemainingColumn(),
    )
    shown_bar = rich_progress.Progress(*columns, console=Console(stderr=True), transient=True)
    task = shown_bar.add_task("starting Flink", total=None)
    begun = time.monotonic()

    def report(progress: "Progress") -> None:
        if time.monotonic() - begun > PATIENCE:
            shown_bar.start()
        shown_bar.update(task, completed=progress.read, total=progress.size, description=what if progress.read else "starting Flink")

    try:
        yield report
    finally:
        shown_bar.stop()


@contextmanager
def steps(what: str, total: int, shown: bool) -> Iterator[Callable[[], None]]:
    """Gives a function to call after each of so many steps."""
    if not shown:
        yield lambda: None
        return
    from rich import progress as rich_progress  # noqa: PLC0415  start-up
    from rich.console import Console  # noqa: PLC0415  start-up

    columns = (rich_progress.TextColumn("{task.description}"), rich_progress.BarColumn(), rich_progress.MofNCompleteColumn())
    shown_bar = rich_progress.Progress(*columns, console=Console(stderr=True), transient=True)
    task = shown_bar.add_task(what, total=total)
    begun = time.monotonic()

    def done() -> None:
        if time.monotonic() - begun > PATIENCE:
            shown_bar.start()
        shown_bar.update(task, advance=1)

    try:
        yield done
    finally:
        shown_bar.stop()
