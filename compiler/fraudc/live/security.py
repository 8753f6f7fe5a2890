"""`job.kafka.security` with its references in, properties for a client in C or in Java out: one spelling, in either client's own words."""

import re
from collections.abc import Mapping
from pathlib import Path

from fraudc.live.failure import RequestFailure

_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_KNOWN = {
    "security.protocol",
    "sasl.mechanism",
    "sasl.username",
    "sasl.password",
    "ssl.ca.location",
    "ssl.certificate.location",
    "ssl.key.location",
    "ssl.key.password",
    "ssl.endpoint.identification.algorithm",
}
_SAME = ("security.protocol", "sasl.mechanism", "ssl.endpoint.identification.algorithm")  # as Java's client calls them
_INSTEAD = {
    "sasl.jaas.config": "`sasl.username` and `sasl.password`",
    "sasl.mechanisms": "`sasl.mechanism`",
    "ssl.truststore.location": "`ssl.ca.location`, a PEM file",
    "ssl.keystore.location": "`ssl.certificate.location` and `ssl.key.location`, PEM files",
}
_LOGIN = {
    "PLAIN": "org.apache.kafka.common.security.plain.PlainLoginModule",
    "SCRAM-SHA-256": "org.apache.kafka.common.security.scram.ScramLoginModule",
    "SCRAM-SHA-512": "org.apache.kafka.common.security.scram.ScramLoginModule",
}


def resolved(text: str, environment: Mapping[str, str]) -> str:
    """The text with each `${NAME}` replaced by that variable, else by the content of the file that NAME_FILE names.

    RequestFailure, which names the variable and never a value, where neither is set or the file cannot be read.
    """
    return _REFERENCE.sub(lambda reference: _value(reference[1], environment), text)


def _value(name: str, environment: Mapping[str, str]) -> str:
    if name in environment:
        return environment[name]
    file = environment.get(f"{name}_FILE")
    if file is None:
        raise RequestFailure(f"${{{name}}} is not set; set {name}, or {name}_FILE to the name of a file that holds it")
    try:
        return Path(file).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise RequestFailure(f"{name}_FILE is {file}, which cannot be read: {reason}") from error


def client_properties(security: Mapping[str, str]) -> dict[str, str]:
    """Properties of librdkafka. RequestFailure for a name that is none of ours, and for what lacks its other half."""
    for name in security:
        if name not in _KNOWN:
            instead = f"; write {_INSTEAD[name]}" if name in _INSTEAD else f"; known are {', '.join(sorted(_KNOWN))}"
            raise RequestFailure(f"`{name}` is not known under job.kafka.security{instead}")
    mechanism = security.get("sasl.mechanism")
    if mechanism is not None and mechanism not in _LOGIN:
        raise RequestFailure(f"`sasl.mechanism` is one of {', '.join(_LOGIN)}, not {mechanism}")
    if security.get("security.protocol", "").startswith("SASL") and not {"sasl.username", "sasl.password"} <= set(security):
        raise RequestFailure("job.kafka.security lacks `sasl.username` or `sasl.password`")
    return dict(security)


def java_properties(security: Mapping[str, str]) -> dict[str, str]:
    """The same for a Java client, with resolved values; files are PEM in both."""
    known = client_properties(security)
    found: dict[str, str] = {name: known[name] for name in _SAME if name in known}
    if "sasl.username" in known:
        found.setdefault("sasl.mechanism", "PLAIN")
        user, password = (_quoted(known[name]) for name in ("sasl.username", "sasl.password"))
        found["sasl.jaas.config"] = f"{_LOGIN[found['sasl.mechanism']]} required username={user} password={password};"
    if "ssl.ca.location" in known:
        found |= {"ssl.truststore.type": "PEM", "ssl.truststore.location": known["ssl.ca.location"]}
    if "ssl.certificate.location" in known:
        parts = (known.get("ssl.key.location"), known["ssl.certificate.location"])
        found |= {"ssl.keystore.type": "PEM", "ssl.keystore.key": _pem(parts[0]), "ssl.keystore.certificate.chain": _pem(parts[1])}
        if "ssl.key.password" in known:
            found["ssl.key.password"] = known["ssl.key.password"]
    return found


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _pem(file: str | None) -> str:
    try:
        return Path(file or "").read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise RequestFailure(f"{file or '`ssl.key.location`'} cannot be read as PEM") from error
