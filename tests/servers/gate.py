"""A port between a Kafka client and its broker: connections in, the same out; requests to end a transaction are held back on demand."""

import contextlib
import socket
import threading
from types import TracebackType

from servers.kafka import Kafka

_END_TRANSACTION = 26  # the key of EndTxn among the protocol's requests: a commit or an abort
_LENGTH = 4  # bytes before each request


class Gate:
    """Listens at the broker's `gate` while entered. `held` is set once a request to end a transaction waits here."""

    def __init__(self, kafka: Kafka) -> None:
        self._port, self._target = kafka.gate, kafka.gated
        self.servers = f"127.0.0.1:{self._port}"
        self.held = threading.Event()
        self._open = threading.Event()
        self._open.set()
        self._sockets: list[socket.socket] = []

    def __enter__(self) -> "Gate":
        self._listener = socket.create_server(("127.0.0.1", self._port))
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()

    def hold(self) -> None:
        """From now on no transaction ends."""
        self.held.clear()
        self._open.clear()

    def open(self) -> None:
        """What was held goes on its way."""
        self._open.set()

    def cut(self) -> None:
        """What was held is lost, with all connections; new ones are as before `hold`."""
        connections, self._sockets = self._sockets, []
        for each in connections:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self._open.set()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # it is closed
            while True:
                client, _ = self._listener.accept()
                try:
                    broker = socket.create_connection(("127.0.0.1", self._target))
                except OSError:  # it is away, and so are we
                    client.close()
                    continue
                self._sockets += [client, broker]
                threading.Thread(target=self._ask, args=(client, broker), daemon=True).start()
                threading.Thread(target=_copy, args=(broker, client), daemon=True).start()

    def _ask(self, client: socket.socket, broker: socket.socket) -> None:
        """Request after request, until one side is gone."""
        with contextlib.suppress(OSError), client.makefile("rb") as requests:
            while len(length := requests.read(_LENGTH)) == _LENGTH:
                request = requests.read(int.from_bytes(length, "big"))
                if int.from_bytes(request[:2], "big") == _END_TRANSACTION and not self._open.is_set():
                    self.held.set()
                    self._open.wait()
                broker.sendall(length + request)
        with contextlib.suppress(OSError):
            broker.shutdown(socket.SHUT_RDWR)


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while found := source.recv(1 << 16):
            target.sendall(found)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)
