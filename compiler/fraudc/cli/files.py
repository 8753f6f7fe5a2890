"""A path and content in, the file out: complete, or as it was before."""

from pathlib import Path

from fraudc.cli.failure import USAGE, Failure


def write(path: Path, content: bytes) -> None:
    """Written beside it first. Failure if that cannot be done; a device or pipe is refused: a rename would put a file in its place."""
    if path.exists() and not path.is_file():
        raise Failure(f"{path} cannot be written: it is no file", USAGE)
    partial = path.with_name(f"{path.name}.partial")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    except OSError as error:
        raise Failure(f"{path} cannot be written: {(error.strerror or str(error)).lower()}", USAGE) from error
