"""A search server's address and secrets in, its replies out: the one place that talks to it."""

import gzip
import http.client
import ssl
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from fraudc_runtime.search.replies import Answer, Lost, Reply

_PATIENCE: Final = 30.0  # seconds of silence
_SMALL: Final = 1_024  # bytes that are not worth packing
_BULK: Final = "/_bulk?filter_path=errors,items.*.status,items.*.error"


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach a search server: `url` with an optional path; files hold the secrets and are read at each connection, so that a new
    password needs no new job. Either a user with a password, or an API key as the server encodes it, or neither.
    """

    url: str
    user: str | None = None
    password_file: Path | None = None
    api_key_file: Path | None = None
    ca_file: Path | None = None


class Server:
    """One kept connection. Everything that goes wrong is a Lost reply; the next call connects anew."""

    def __init__(self, access: Access, patience: float = _PATIENCE) -> None:
        self._access = access
        self._patience = patience
        self._path = urlsplit(access.url).path.rstrip("/")
        self._connection: http.client.HTTPConnection | None = None
        self._headers: dict[str, str] = {}

    def bulk(self, body: bytes) -> Reply:
        """A bulk request."""
        return self.call("POST", _BULK, body, "application/x-ndjson")

    def call(self, method: str, path: str, body: bytes = b"", kind: str = "application/json") -> Reply:
        """Any request; its body travels packed."""
        packed = len(body) > _SMALL
        headers = {"Content-Encoding": "gzip"} if packed else {}
        if body:
            headers["Content-Type"] = kind
        try:
            reply = self._exchange(method, path, gzip.compress(body, 1, mtime=0) if packed else body, headers)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            return Lost(f"{self._access.url} {_sentence(error, self._patience)}", isinstance(error, TimeoutError))
        if reply.status in (401, 403):
            self.close()  # for the secrets to be read again
        return reply

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _exchange(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        if self._connection is None:
            self._headers = _authorization(self._access)
            self._connection = _connect(self._access, self._patience)
        try:
            self._connection.request(method, self._path + path, body or None, self._headers | headers)
        except (BrokenPipeError, ConnectionResetError):
            answer = self._connection.getresponse()  # a server that finds a request too large says so before it has read it
            told = Answer(answer.status, answer.read())
            self.close()
            return told
        answer = self._connection.getresponse()
        told = Answer(answer.status, answer.read())
        if answer.will_close:
            self.close()
        return told


def _connect(access: Access, patience: float) -> http.client.HTTPConnection:
    parts = urlsplit(access.url)
    if parts.scheme != "https":
        return http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=patience)
    try:
        context = ssl.create_default_context(cafile=access.ca_file)
    except OSError as error:
        raise _Unreadable(f"is not asked: {access.ca_file} is no file of certificates") from error
    return http.client.HTTPSConnection(parts.hostname or "", parts.port or 443, timeout=patience, context=context)


def _authorization(access: Access) -> dict[str, str]:
    if access.api_key_file is not None:
        return {"Authorization": f"ApiKey {_secret(access.api_key_file)}"}
    if access.user is not None and access.password_file is not None:
        pair = f"{access.user}:{_secret(access.password_file)}"
        return {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}
    return {}


class _Unreadable(OSError):
    """A file of ours."""


def _secret(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise _Unreadable(f"is not asked: {file} cannot be read") from error


def _sentence(error: Exception, patience: float) -> str:
    """What went wrong, to follow the server's address."""
    match error:
        case _Unreadable():
            return str(error)
        case TimeoutError():
            return f"has not answered for {patience:.0f} s"
        case ssl.SSLCertVerificationError():
            return f"shows a certificate that is not trusted: {error.verify_message}"
        case ConnectionRefusedError():
            return "refuses connections"
        case http.client.HTTPException() | ConnectionError():
            return "has closed the connection"
        case OSError():
            return f"cannot be reached: {(error.strerror or str(error)).lower()}"
        case _:
            return f"cannot be reached: {error}"
