"""The shape of `job:`: how and where the deployed job runs."""

from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field

from fraudc.document.leaves import Duration, Model, PositiveDuration, PositiveInt, Text, loose_text, one_of, port

Loose = Annotated[str, BeforeValidator(loose_text)]  # a setting that is passed on as text, whatever it was written as


class KafkaDocument(Model):
    """`security` holds client properties (`security.protocol`, `sasl.…`) as text."""

    model_config = ConfigDict(title="`kafka`")

    bootstrap_servers: Text
    group: Text | None = None
    security: dict[str, Loose] = Field(default_factory=dict)


class TopicsDocument(Model):
    """Names of topics; `profiles` is a prefix."""

    model_config = ConfigDict(title="`topics`")

    transactions: Text = "transactions"
    rules: Text = "rules"
    alerts: Text = "alerts"
    alerts_shadow: Text = "alerts-shadow"
    dlq: Text = "dlq"
    late: Text = "late"
    status: Text = "fraudc-status"
    profiles: Text = "profiles-"


class ElasticsearchDocument(Model):
    """Where alerts become searchable. Files are relative to the project's."""

    model_config = ConfigDict(title="`elasticsearch`")

    url: Text
    index_prefix: Text = "alerts-"
    user: Text | None = None
    password_file: Text | None = None
    api_key_file: Text | None = None
    ca_file: Text | None = None


class CheckpointsDocument(Model):
    """Durations in milliseconds."""

    model_config = ConfigDict(title="`checkpoints`")

    dir: Text
    interval: PositiveDuration | None = None
    timeout: PositiveDuration | None = None
    retained: PositiveInt | None = None


class SavepointsDocument(Model):
    """Where savepoints go."""

    model_config = ConfigDict(title="`savepoints`")

    dir: Text


class MetricsDocument(Model):
    """The port of the metrics reporter."""

    model_config = ConfigDict(title="`metrics`")

    port: Annotated[int, BeforeValidator(port)]


class JobDocument(Model):
    """Settings of the deployed job; None where the job's own default holds. Durations in milliseconds; `restart` is passed on as text."""

    model_config = ConfigDict(title="`job`")

    name: Text | None = None
    kafka: KafkaDocument | None = None
    topics: TopicsDocument = Field(default_factory=TopicsDocument)
    elasticsearch: ElasticsearchDocument | None = None
    checkpoints: CheckpointsDocument | None = None
    savepoints: SavepointsDocument | None = None
    state_backend: Annotated[str, BeforeValidator(one_of("state backend", ("rocksdb", "heap")))] = "rocksdb"
    parallelism: PositiveInt | None = None
    shards: PositiveInt | None = None
    linger: Duration | None = None
    batch: PositiveInt | None = None
    transactional_id_prefix: Text | None = None
    transaction_timeout: PositiveDuration | None = None
    restart: dict[str, Loose] = Field(default_factory=dict)
    metrics: MetricsDocument | None = None
