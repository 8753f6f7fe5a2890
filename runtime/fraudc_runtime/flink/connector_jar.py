"""The connector.xml beside this file in, the path of Flink's Kafka connector out: fetched once by Maven, into a cache of the user's."""

import os
import shutil
import subprocess
from pathlib import Path

from fraudc_runtime.flink.failures import ConnectorUnavailable

_POM = Path(__file__).with_name("connector.xml")
_NAME = "flink-sql-connector-kafka-5.0.0-2.2.jar"
_SECONDS = 600


def connector_jar() -> Path:
    """ConnectorUnavailable where it is not in the cache (FRAUDC_CACHE, else ~/.cache/fraudc) and cannot be fetched."""
    folder = Path(os.environ.get("FRAUDC_CACHE") or Path.home() / ".cache" / "fraudc")
    jar = folder / _NAME
    if jar.exists():
        return jar
    maven = shutil.which("mvn")
    if maven is None:
        raise ConnectorUnavailable(f"Flink's Kafka connector is missing: install Maven, which fetches it, or put {_NAME} into {folder}")
    partial = folder / f"{_NAME}.partial-{os.getpid()}"
    goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={partial}"]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        done = subprocess.run([maven, "-q", "-B", "-f", str(_POM), *goal], capture_output=True, text=True, check=False, timeout=_SECONDS)
        if done.returncode:
            raise ConnectorUnavailable(f"Maven cannot fetch {_NAME}: {_reason(done.stdout)}")
        (partial / _NAME).replace(jar)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ConnectorUnavailable(f"Maven cannot fetch {_NAME}: {error}") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return jar


def _reason(output: str) -> str:
    """The first line that Maven marks as an error."""
    return next((line.removeprefix("[ERROR] ") for line in output.splitlines() if line.startswith("[ERROR]")), "it does not say why")
