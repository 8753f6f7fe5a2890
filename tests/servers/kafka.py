"""A Kafka broker of one node, on loopback and free ports: entered as a context manager, its bootstrap servers out.

`python -m servers.kafka PORT`, with this folder's parent on PYTHONPATH, runs one until its standard input ends.
"""

import shutil
import sys
import tempfile
import time
import uuid
from base64 import urlsafe_b64encode
from pathlib import Path
from types import TracebackType

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from servers.certificate import certificate
from servers.jars import java, kafka_jars
from servers.process import Command, Process, ServerError, free_port, run

USER, PASSWORD = "fraudc", "open-sesame"
PATIENCE = 60.0  # seconds until the broker answers

_PROPERTIES = """\
process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://127.0.0.1:{port},SECURE://127.0.0.1:{secure_port},CONTROLLER://127.0.0.1:{controller_port},GATED://127.0.0.1:{gated_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port},SECURE://127.0.0.1:{secure_port},GATED://127.0.0.1:{gate_port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SECURE:SASL_SSL,CONTROLLER:PLAINTEXT,GATED:PLAINTEXT
controller.listener.names=CONTROLLER
controller.quorum.bootstrap.servers=127.0.0.1:{controller_port}
log.dirs={data}
listener.name.secure.sasl.enabled.mechanisms=PLAIN
listener.name.secure.plain.sasl.jaas.config=\
org.apache.kafka.common.security.plain.PlainLoginModule required user_{user}="{password}";
listener.name.secure.ssl.keystore.type=PKCS12
listener.name.secure.ssl.keystore.location={store}
listener.name.secure.ssl.keystore.password={store_password}
listener.name.secure.ssl.key.password={store_password}
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
transaction.max.timeout.ms=900000
transaction.abort.timed.out.transaction.cleanup.interval.ms=500
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
num.network.threads=2
num.io.threads=2
"""


class Kafka:
    """One broker. `servers` takes plain connections; `secure_servers` TLS and SASL/PLAIN as USER with PASSWORD, `authority` is its CA.

    `gate` is the port that the broker names to who comes by `gated`: a Gate between the two sees all that they say.
    """

    def __init__(self, port: int | None = None) -> None:
        ports = [port or free_port(), *(free_port() for _ in range(4))]
        self.servers, self.secure_servers = (f"127.0.0.1:{number}" for number in ports[:2])
        self.gated, self.gate = ports[3:]
        self._ports = ports
        self._process: Process | None = None

    def __enter__(self) -> "Kafka":
        self._folder = Path(tempfile.mkdtemp(prefix="fraudc-kafka-"))
        try:
            self._format()
            self.start()
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self._remove()

    def start(self) -> None:
        """Starts the broker, again on the same data and ports after `kill`; returns when it answers. ServerError if it does not."""
        options = ["-Xms64m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"]
        command: Command = [java(), *options, "-cp", f"{kafka_jars()}/*", "kafka.Kafka", self._properties]
        self._process = Process(command, self._folder / "kafka.log")
        self._wait(self._process)

    def kill(self) -> None:
        """SIGKILL: the broker is gone, its data stay."""
        if self._process is not None:
            self._process.kill()
            self._process = None

    @property
    def authority(self) -> Path:
        """The PEM file of the authority that a client of `secure_servers` is to trust."""
        return certificate().authority

    @property
    def _properties(self) -> Path:
        return self._folder / "server.properties"

    def _format(self) -> None:
        made = certificate()
        settings = {"user": USER, "password": PASSWORD, "store": made.store, "store_password": made.password, "data": self._folder / "data"}
        ports = dict(zip(("port", "secure_port", "controller_port", "gated_port", "gate_port"), self._ports, strict=True))
        self._properties.write_text(_PROPERTIES.format(**settings, **ports))
        identity = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        tool: Command = [java(), "-XX:TieredStopAtLevel=1", "-cp", f"{kafka_jars()}/*", "kafka.tools.StorageTool"]
        format: Command = [*tool, "format", f"--cluster-id={identity}", "-c", self._properties, "--standalone"]
        run(format, "the broker's storage cannot be formatted")

    def _wait(self, process: Process) -> None:
        client = AdminClient({"bootstrap.servers": self.servers, "reconnect.backoff.max.ms": 100, "log_level": 0})
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            process.check()
            try:
                if client.list_topics(timeout=1).brokers:
                    return
            except KafkaException:
                continue
        raise ServerError(f"the broker did not answer within {PATIENCE:.0f} s")

    def _remove(self) -> None:
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)


def main() -> None:
    """Runs a broker on the port given, says so in a line, and ends it when standard input ends."""
    try:
        with Kafka(int(sys.argv[1]) if len(sys.argv) > 1 else None) as broker:
            print(broker.servers, flush=True)
            sys.stdin.read()
    except ServerError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
