"""A search server's address in, an https address that asks who one is, as the product's paid or bundled security does, out."""

import http.client
import ssl
import subprocess
import tempfile
import threading
from base64 import b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from urllib.parse import SplitResult, urlsplit

from servers.certificate import certificate

USER, PASSWORD, API_KEY = "fraudc", "open-sesame", "aWQ6a2V5"
_DENIED = b'{"error":{"type":"security_exception","reason":"missing authentication credentials"},"status":401}'


class Front:
    """Passes on what comes with USER and the password or with API_KEY, and answers 401 to everything else; `password` may change."""

    def __init__(self, url: str) -> None:
        self.password = PASSWORD
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self, urlsplit(url)))
        self._server.socket = _context().wrap_socket(self._server.socket, server_side=True)
        self.url = f"https://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "Front":
        self._thread = threading.Thread(target=self._server.serve_forever, args=[0.05])
        self._thread.start()
        return self

    def __exit__(self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def lets_in(self, authorization: str | None) -> bool:
        basic = b64encode(f"{USER}:{self.password}".encode()).decode()
        return authorization in (f"Basic {basic}", f"ApiKey {API_KEY}")


def _context() -> ssl.SSLContext:
    """The machine's certificate for 127.0.0.1; its key leaves its store for a moment only."""
    made = certificate()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory(prefix="fraudc-front-") as folder:
        pem = Path(folder) / "loopback.pem"
        command = ["openssl", "pkcs12", "-in", str(made.store), "-passin", f"pass:{made.password}", "-nodes", "-out", str(pem)]
        subprocess.run(command, check=True, capture_output=True)
        context.load_cert_chain(pem)
    return context


def _handler(front: Front, upstream: SplitResult) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if not front.lets_in(self.headers.get("Authorization")):
                self._answer(401, _DENIED)
                return
            connection = http.client.HTTPConnection(upstream.hostname, upstream.port, timeout=30)
            kept = {name: value for name, value in self.headers.items() if name.startswith("Content")}
            connection.request(self.command, self.path, body, kept)
            answer = connection.getresponse()
            self._answer(answer.status, answer.read())
            connection.close()

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = _pass_on  # noqa: N815  as the library calls them

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    return Handler
