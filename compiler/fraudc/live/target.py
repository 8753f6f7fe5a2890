"""Which Flink cluster in, as an address or its client's configuration, the options of a client and of a job out."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from fraudc.live.failure import RequestFailure
from fraudc.live.flink import FlinkCluster

_FILE = "config.yaml"
_PORT = "8081"


@dataclass(frozen=True, slots=True)
class Target:
    """`client` are options by which Flink's client reaches the cluster, `job` those that a job takes over from there."""

    cluster: FlinkCluster
    client: Mapping[str, str]
    job: Mapping[str, str]


def target_of(named: str, defined: Iterable[str] = ()) -> Target:
    """`named` is HOST:PORT, or a file of Flink's configuration or the folder of its config.yaml; `defined` are texts NAME=VALUE.

    Of a configuration a job takes over what it says of Python; all else is the project's to say. RequestFailure where it cannot be read.
    """
    path = Path(named)
    read = _configuration(path / _FILE if path.is_dir() else path) if path.exists() else _address(named)
    given = dict(map(_pair, defined))
    client = {**read, **given}
    host = client.get("rest.address") or client.get("jobmanager.rpc.address")
    if not host:
        raise RequestFailure(f"{named} has no rest.address: it does not say where the cluster is")
    client |= {"rest.address": host, "rest.port": client.get("rest.port", _PORT)}
    scheme = "https" if client.get("security.ssl.rest.enabled") == "true" else "http"
    python = {name: value for name, value in read.items() if name.startswith("python.")}
    return Target(FlinkCluster(f"{scheme}://{host}:{client['rest.port']}"), client, {**python, **given})


def _address(named: str) -> dict[str, str]:
    host, colon, port = named.removeprefix("http://").rstrip("/").rpartition(":")
    if not colon or not port.isdecimal() or "/" in host:
        raise RequestFailure(f"--target takes HOST:PORT, or a file or folder of Flink's configuration, not {named}")
    return {"rest.address": host, "rest.port": port}


def _configuration(path: Path) -> dict[str, str]:
    try:
        found = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        reason = (error.strerror or str(error)) if isinstance(error, OSError) else str(error).splitlines()[0]
        raise RequestFailure(f"{path} cannot be read: {reason.lower()}") from error
    if not isinstance(found, dict):
        raise RequestFailure(f"{path} is no configuration of Flink's")
    return dict(_flat(found))


def _flat(options: Mapping[Any, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """As Flink reads them: `rest: {port: 1}` is `rest.port`."""
    for name, value in options.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        elif isinstance(value, list):
            yield f"{prefix}{name}", ";".join(map(_text, value))
        elif value is not None:
            yield f"{prefix}{name}", _text(value)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise RequestFailure(f"-D takes NAME=VALUE, not {text}")
    return name, value
