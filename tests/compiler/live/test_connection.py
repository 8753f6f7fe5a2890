"""Clusters that cannot be used: one line and exit code 4, or 2 where fraudc.yaml is to blame; secrets are never shown."""

from pathlib import Path

import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._config import ConfigResource
from confluent_kafka.admin._resource import ResourceType

from compiler.live.conftest import Fraudc, Shop
from fraudc.document.job import JobDocument, KafkaDocument, TopicsDocument
from fraudc.live.connection import Connection, connection_of
from fraudc.live.failure import RequestFailure, ServerFailure
from fraudc.live.security import java_properties, resolved
from servers.kafka import PASSWORD, USER, Kafka
from servers.process import free_port

SECURITY = {"security.protocol": "SASL_SSL", "sasl.mechanism": "PLAIN", "sasl.username": USER, "sasl.password": "${PASSWORD}"}


def job_of(servers: str, security: dict[str, str]) -> JobDocument:
    kafka = KafkaDocument.model_construct(bootstrap_servers=servers, security=security)
    return JobDocument.model_construct(kafka=kafka, topics=TopicsDocument())


def secure(kafka: Kafka, password: str, **more: str) -> Connection:
    security = {**SECURITY, "ssl.ca.location": str(kafka.authority), **more}
    job = job_of(kafka.secure_servers, security)
    return connection_of(job, None, {"PASSWORD": password})


def test_a_broker_that_is_not_there_exits_4(shop: Shop, fraudc: Fraudc, tmp_path: Path) -> None:
    (tmp_path / "tx.jsonl").write_bytes(b"{}")
    servers = f"127.0.0.1:{free_port()}"
    ended = fraudc("replay", tmp_path / "tx.jsonl", "--project", shop.root, "--bootstrap", servers)
    assert (ended.code, ended.out) == (4, "")
    assert ended.err == f"fraudc: Kafka at {servers} cannot be reached: Connect to ipv4#{servers} failed: Connection refused\n"


@pytest.mark.parametrize("command", [["consume", "absent"], ["dlq", "list"], ["replay", "fraudc.yaml"]])
def test_a_topic_that_is_missing_exits_4_and_says_how_to_make_it(
    shop: Shop, fraudc: Fraudc, command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shop.root)
    ended = fraudc(*command)
    assert (ended.code, ended.out, ended.err.count("\n")) == (4, "", 1)
    assert "has no topic" in ended.err


def test_the_broker_lets_in_who_has_the_password(kafka: Kafka) -> None:
    connection = secure(kafka, PASSWORD)
    connection.create(["for-the-few"])
    assert connection.partitions("for-the-few") == [0]


def test_a_wrong_password_is_one_line_that_does_not_show_it(kafka: Kafka) -> None:
    connection = secure(kafka, "not-this-one")
    with pytest.raises(ServerFailure, match="does not let us in: SASL authentication error") as failure:
        connection.partitions("any")
    assert "not-this-one" not in f"{failure.value}{connection!r}"


def test_a_certificate_of_another_authority_is_one_line(kafka: Kafka) -> None:
    job = job_of(kafka.secure_servers, SECURITY)
    with pytest.raises(ServerFailure, match="certificate verify failed"):
        connection_of(job, None, {"PASSWORD": PASSWORD}).partitions("any")


def test_a_connection_of_the_wrong_kind_says_what_may_be_wrong(kafka: Kafka) -> None:
    with pytest.raises(ServerFailure, match=r"it may want another security\.protocol|broker might require SSL"):
        connection_of(None, kafka.secure_servers, {}).partitions("any")


def test_a_file_of_the_settings_that_is_missing_is_named(kafka: Kafka) -> None:
    with pytest.raises(RequestFailure, match=r"job\.kafka: .*ssl\.ca\.location"):
        secure(kafka, PASSWORD, **{"ssl.ca.location": "/nowhere.pem"}).partitions("any")


def test_made_topics_have_the_policy_asked_for(kafka: Kafka) -> None:
    connection = connection_of(None, kafka.servers, {})
    assert connection.create(["rows", "rows-too"], "compact") == ["rows", "rows-too"]
    assert connection.create(["rows"], "compact") == []
    admin = AdminClient({"bootstrap.servers": kafka.servers})
    resource = ConfigResource(ResourceType.TOPIC, "rows")
    assert admin.describe_configs([resource])[resource].result()["cleanup.policy"].value == "compact"
    consumer = connection.consumer()
    assert consumer.get_watermark_offsets(TopicPartition("rows", 0), timeout=10) == (0, 0)
    consumer.close()


def test_secrets_come_from_the_environment_or_from_a_file_that_it_names(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret\n")
    assert resolved("a-${X}-b", {"X": "1"}) == "a-1-b"
    assert resolved("${X}", {"X_FILE": str(tmp_path / "secret")}) == "s3cret"
    with pytest.raises(RequestFailure, match=r"\$\{X\} is not set"):
        resolved("${X}", {})
    with pytest.raises(RequestFailure, match="No such file"):
        resolved("${X}", {"X_FILE": str(tmp_path / "absent")})


def test_java_gets_the_same_settings_in_its_own_words() -> None:
    given = {"security.protocol": "SASL_SSL", "sasl.username": "u", "sasl.password": 'p"\\', "ssl.ca.location": "/ca.pem"}
    assert java_properties(given) == {
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "PLAIN",
        "sasl.jaas.config": ('org.apache.kafka.common.security.plain.PlainLoginModule required username="u" password="p\\"\\\\";'),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": "/ca.pem",
    }


@pytest.mark.parametrize(
    ("security", "said"),
    [
        ({"sasl.jaas.config": "${X}"}, "write `sasl.username` and `sasl.password`"),
        ({"sasl.mechanism": "GSSAPI"}, "is one of PLAIN"),
        ({"security.protocol": "SASL_SSL"}, "lacks `sasl.username`"),
        ({"acks": "0"}, "`acks` is not known"),
    ],
)
def test_settings_that_cannot_work_are_refused_before_connecting(security: dict[str, str], said: str) -> None:
    job = job_of("127.0.0.1:1", security)
    with pytest.raises(RequestFailure, match=said):
        connection_of(job, None, {"X": "secret"})
