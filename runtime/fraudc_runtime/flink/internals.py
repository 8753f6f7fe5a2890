"""Every use of Flink's internal classes: generated operators, keyed edges without a second shuffle, and the embedded cluster."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

from fraudc_runtime.flink.failures import JobFailed

FLINK = "2.2."
_CODEGEN = Path(__file__).parent / "codegen"


def check_version() -> None:
    """JobFailed unless the installed Flink is of the line these internals were written against."""
    found = version("apache-flink")
    if not found.startswith(FLINK):
        raise JobFailed(f"apache-flink {found} is installed; this release runs on {FLINK}x")


def import_worker_side() -> None:
    """Imports what pyflink's client needs of its workers' package, without the half second that Beam takes: only workers need it."""
    if "apache_beam" in sys.modules:
        return
    hidden = cast(dict[str, Any], sys.modules)
    hidden["apache_beam"] = None  # an import of it fails at once, and pyflink does without
    try:
        import_module("pyflink.fn_execution")
    finally:
        del hidden["apache_beam"]


@dataclass(frozen=True, slots=True)
class Generated:
    """An operator that Flink compiles on its workers: codegen/<source>.java, what its constructor gets, the Java type of its output.

    References are strings or serializable Java objects; `uid` is the operator's name too.
    """

    uid: str
    source: str
    references: Sequence[Any]
    output: Any
    parallelism: int = 1


class Internals:
    """The internal classes of one Java virtual machine, by what the topology needs of them."""

    def __init__(self, jvm: Any, gateway: Any) -> None:
        check_version()
        self.jvm = jvm
        self._gateway = gateway
        self.bytes_type = jvm.org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO
        self.string_type = jvm.org.apache.flink.api.common.typeinfo.BasicTypeInfo.STRING_TYPE_INFO
        self.row_type = self._row(self.string_type, self.bytes_type)
        self.key_type = self._row(self.string_type)
        self.logical = jvm.org.apache.flink.table.types.logical
        self.record_type = self.table_row(self.binary(), self.binary())

    def binary(self) -> Any:
        """The logical type of bytes that may be missing."""
        return self.logical.VarBinaryType(self.logical.VarBinaryType.MAX_LENGTH)

    def table_row(self, *types: Any) -> Any:
        """The type of a table row (RowData) of these logical types."""
        made = self.array(self.logical.LogicalType, types)
        return self.jvm.org.apache.flink.table.runtime.typeutils.InternalTypeInfo.ofFields(made)

    def _row(self, *types: Any) -> Any:
        made = self.array(self.jvm.org.apache.flink.api.common.typeinfo.TypeInformation, types)
        return self.jvm.org.apache.flink.api.java.typeutils.RowTypeInfo(made)

    def array(self, kind: Any, items: Sequence[Any]) -> Any:
        """A Java array."""
        made = self._gateway.new_array(kind, len(items))
        for at, item in enumerate(items):
            made[at] = item
        return made

    def side(self, name: str) -> Any:
        """An OutputTag for records, which are table rows (key, payload)."""
        return self.jvm.org.apache.flink.util.OutputTag(name, self.record_type)

    def environment(self, options: Mapping[str, str]) -> Any:
        """Where a job's graph is put together. Not the local one: pyflink would run process workers' functions in this process."""
        return self.jvm.org.apache.flink.streaming.api.environment.StreamExecutionEnvironment(self.configuration(options))

    def execution_mode(self, env: Any, mode: str) -> None:
        """Where the Python operators that are added from here on run: each keeps the mode that was set when it was made."""
        env.configure(self.configuration({"python.execution-mode": mode}))

    def elements(self, env: Any, texts: Sequence[str]) -> Any:
        """A bounded source of strings, in this order."""
        made = self.jvm.java.util.ArrayList()
        for text in texts:
            made.add(text)
        return env.fromCollection(made, self.string_type)

    def operator(self, env: Any, upstream: Any, of: "Generated") -> Any:
        """`upstream` -> the generated operator -> a stream of its output's type."""
        flink = self.jvm.org.apache.flink
        references = self.array(self.jvm.Object, of.references)
        code = flink.table.runtime.generated.GeneratedOperator(
            of.source, _source(of.source), references, flink.configuration.Configuration()
        )
        factory = flink.table.runtime.operators.CodeGenOperatorFactory(code)
        made = flink.streaming.api.transformations.OneInputTransformation(
            upstream.getTransformation(), of.uid, factory, of.output, of.parallelism, True
        )
        made.setUid(of.uid)
        env.addOperator(made)
        return flink.python.util.PythonConfigUtil.createSingleOutputStreamOperator(env, made)

    @property
    def native_savepoint(self) -> Any:
        """A savepoint as the state backend writes it: quickly."""
        return self.jvm.org.apache.flink.core.execution.SavepointFormatType.NATIVE

    def restore(self, graph: Any, checkpoint: str, *, owned: bool) -> None:
        """Lets the job of the graph begin with the state of a checkpoint, all of which it must take; it deletes one that is `owned`."""
        settings = self.jvm.org.apache.flink.runtime.jobgraph.SavepointRestoreSettings
        modes = self.jvm.org.apache.flink.core.execution.RecoveryClaimMode
        claim = modes.CLAIM if owned else modes.NO_CLAIM
        graph.setSavepointRestoreSettings(settings.forPath(checkpoint, False, claim))

    def client(self, options: Mapping[str, str]) -> Any:
        """A client of the cluster whose REST interface these options name."""
        flink = self.jvm.org.apache.flink.client
        standalone = flink.deployment.StandaloneClusterId.getInstance()
        return flink.program.rest.RestClusterClient(self.configuration(options), standalone)

    def load_file_systems(self, options: Mapping[str, str]) -> None:
        """Makes the file systems of Flink's plugins known, by which checkpoints can be elsewhere than in files."""
        core, configuration = self.jvm.org.apache.flink.core, self.configuration(options)
        core.fs.FileSystem.initialize(configuration, core.plugin.PluginUtils.createPluginManagerFromRootFolder(configuration))

    def union(self, streams: Sequence[Any]) -> Any:
        """All records of the streams, in no order between them."""
        return streams[0].union(self.array(self.jvm.org.apache.flink.streaming.api.datastream.DataStream, streams[1:]))

    def keyed(self, stream: Any) -> Any:
        """Rows shuffled by their first field."""
        return stream.keyBy(self.jvm.org.apache.flink.streaming.api.functions.python.KeyByKeySelector(), self.key_type)

    def already_keyed(self, stream: Any) -> Any:
        """The same keys without a shuffle: right only on a forward edge behind an operator of the same parallelism."""
        return self.jvm.org.apache.flink.streaming.api.datastream.DataStreamUtils.reinterpretAsKeyedStream(
            stream, self.jvm.org.apache.flink.streaming.api.functions.python.KeyByKeySelector(), self.key_type
        )

    def configuration(self, options: Mapping[str, str]) -> Any:
        made = self.jvm.org.apache.flink.configuration.Configuration()
        for name, value in options.items():
            made.setString(name, value)
        return made

    def cluster(self, options: Mapping[str, str], slots: int) -> Any:
        """A started MiniCluster with one task manager: one interpreter, so one interpreter lock, in thread mode."""
        builder = getattr(self.jvm.org.apache.flink.runtime.minicluster, "MiniClusterConfiguration$Builder")()
        self.load_file_systems(options)
        made = self.jvm.org.apache.flink.runtime.minicluster.MiniCluster(
            builder.setConfiguration(self.configuration(options)).setNumTaskManagers(1).setNumSlotsPerTaskManager(slots).build()
        )
        made.start()
        return made


@cache
def _source(name: str) -> str:
    return (_CODEGEN / f"{name}.java").read_text()


@cache
def shard_names(shards: int) -> tuple[str, ...]:
    """For each shard a key text that Flink assigns to the key group of the same number, `shards` being the max parallelism.

    The formula is KeyGroupRangeAssignment.assignToKeyGroup of Row.of(text), computed here because asking Java costs a call a candidate.
    """
    found: dict[int, str] = {}
    candidate = 0
    while len(found) < shards:
        found.setdefault(key_group(str(candidate), shards), str(candidate))
        candidate += 1
    return tuple(found[shard] for shard in range(shards))


def key_group(text: str, groups: int) -> int:
    """The key group of the one-field row with this ASCII text."""
    hashed = 0
    for character in text:
        hashed = (31 * hashed + ord(character)) & 0xFFFFFFFF
    return _murmur(31 + 31 + hashed & 0xFFFFFFFF) % groups


def _murmur(code: int) -> int:
    code = _rotated(code * 0xCC9E2D51, 15) * 0x1B873593
    code = (_rotated(code, 13) * 5 + 0xE6546B64) & 0xFFFFFFFF ^ 4
    code = (code ^ code >> 16) * 0x85EBCA6B & 0xFFFFFFFF
    code = (code ^ code >> 13) * 0xC2B2AE35 & 0xFFFFFFFF
    code ^= code >> 16
    return code if code < 1 << 31 else ((1 << 32) - code) % (1 << 31)


def _rotated(code: int, bits: int) -> int:
    code &= 0xFFFFFFFF
    return (code << bits | code >> 32 - bits) & 0xFFFFFFFF
