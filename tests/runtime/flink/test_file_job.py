"""The whole graph over small files, with a machine that writes down what reaches it."""

import gzip
import io
import json
import lzma
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fraudc_runtime.counts import Counts, EntityCounts
from fraudc_runtime.flink.cluster import Cluster
from fraudc_runtime.flink.failures import InputUnreadable, JobFailed, OutputUnwritable
from fraudc_runtime.flink.feeds import STANDARD_INPUT
from fraudc_runtime.flink.files import FileJob, Outputs, Progress, run_job
from fraudc_runtime.flink.settings import Settings
from fraudc_runtime.frames import END, MAX_WATERMARK, MIN_WATERMARK
from runtime.flink.recorder import Recorder

BOUNDED = Settings(batch_bytes=0)  # coalesce sends whenever the watermark moves, so that a test can tell frames apart


class Run:
    """Runs the recorder over files in a folder of its own and reads what came out."""

    def __init__(self, folder: Path, cluster: Cluster) -> None:
        self.folder, self.cluster = folder, cluster
        self.outputs = Outputs(folder / "alerts", folder / "shadow", folder / "dead", folder / "late")
        self.counts = Counts()

    def __call__(self, *inputs: bytes | Path, settings: Settings = BOUNDED, progress: Callable[[Progress], None] | None = None) -> "Run":
        paths = []
        for number, given in enumerate(inputs):
            path = given if isinstance(given, Path) else self.folder / f"input{number}"
            if isinstance(given, bytes):
                path.write_bytes(given)
            paths.append((number, path))
        job = FileJob(Recorder(), tuple(paths), self.outputs, max_disorder=10, settings=settings)
        self.counts = run_job(job, cluster=self.cluster, progress=progress)
        return self

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in (self.folder / "dead").read_bytes().splitlines()]

    @property
    def alerts(self) -> list[Any]:
        return [json.loads(line) for line in (self.folder / "alerts").read_bytes().splitlines()]


@pytest.fixture
def run(tmp_path: Path, cluster: Cluster) -> Run:
    return Run(tmp_path, cluster)


def test_lines_end_at_newlines_alone_and_are_numbered_within_their_file(run: Run) -> None:
    run(b"a\r\n\n\x85 \x0b\n", b"\xff\nlast")
    assert run.lines == [[0, 0, "a\r"], [0, 1, ""], [0, 2, "\x85 \x0b"], [1, 0, "\xff"], [1, 1, "last"]]
    assert run.counts.read == 5


def test_an_empty_file_has_no_lines_and_the_job_still_ends(run: Run) -> None:
    run(b"")
    assert run.lines == []
    assert run.counts == Counts()


def test_lines_longer_than_a_frame_and_frames_of_few_lines_keep_every_byte(run: Run) -> None:
    long = "x" * 1000
    run(f"{long}\nb\nc\nd\n{long}".encode(), settings=Settings(frame_bytes=64, frame_lines=2))
    assert run.lines == [[0, 0, long], [0, 1, "b"], [0, 2, "c"], [0, 3, "d"], [0, 4, long]]


def test_compressed_files_are_known_by_their_first_bytes(run: Run) -> None:
    run(gzip.compress(b"one\n") + gzip.compress(b"two\n"), lzma.compress(b"three\nfour"))
    assert run.lines == [[0, 0, "one"], [0, 1, "two"], [1, 0, "three"], [1, 1, "four"]]


def test_standard_input_is_read_like_a_file(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(gzip.compress(b"one\ntwo"))))
    assert run(STANDARD_INPUT).lines == [[0, 0, "one"], [0, 1, "two"]]


@pytest.mark.parametrize("compress", [gzip.compress, lzma.compress])
def test_a_compressed_file_that_is_cut_off_fails_the_run_and_leaves_no_output(run: Run, compress: Callable[[bytes], bytes]) -> None:
    whole = compress(bytes(range(256)) * 100)
    with pytest.raises(InputUnreadable, match="input0: the compressed file is cut off") as failure:
        run(whole[:-20])
    assert not (run.folder / "alerts").exists()
    assert failure.value.partial == tuple(str(run.folder / f"{name}.partial") for name in ("alerts", "shadow", "dead", "late"))


def test_missing_inputs_and_folders_are_told_before_anything_runs(run: Run) -> None:
    with pytest.raises(InputUnreadable, match="nowhere: No such file or directory"):
        run(run.folder / "nowhere")
    with pytest.raises(InputUnreadable, match="Is a directory"):
        run(run.folder)


def test_an_output_that_fills_up_fails_the_run(run: Run) -> None:
    (run.folder / "alerts.partial").symlink_to("/dev/full")
    with pytest.raises(OutputUnwritable, match=r"alerts\.partial: No space left on device"):
        run(b"stateless x\n")
    assert not (run.folder / "alerts").exists()


@pytest.mark.parametrize(("mode", "line"), [("thread", "fail no such thing"), ("process", "fail no such thing")])
def test_an_exception_in_python_is_the_root_cause(run: Run, mode: Any, line: str) -> None:
    with pytest.raises(JobFailed, match=r"^ValueError: no such thing$"):
        run(line.encode(), settings=Settings(mode=mode))


def test_a_cluster_of_threads_only_takes_no_job_for_worker_processes(tmp_path: Path) -> None:
    job = FileJob(Recorder(), (), Outputs(tmp_path / "alerts"), max_disorder=10, settings=Settings(intake_mode="process"))
    with pytest.raises(ValueError, match="threads only"):
        run_job(job, cluster=SimpleNamespace(worker_processes=False))  # type: ignore[arg-type]  # for a Cluster
    assert list(tmp_path.iterdir()) == []


def test_records_go_to_the_outputs_of_their_tags(run: Run) -> None:
    run(b'late L\nstateless {"x": 1}\n')
    assert (run.folder / "late").read_text() == "L\n"
    assert run.alerts == [{"x": 1}]
    assert (run.folder / "shadow").read_text() == ""


@pytest.mark.parametrize("mode", ["thread", "process"])
@pytest.mark.parametrize("parallelism", [1, 2, 4])
def test_every_shard_gets_its_frames_in_order_and_one_end(run: Run, mode: Any, parallelism: int) -> None:
    steps = [f"to {shard} {shard}-{step}\n" if step else f"at {shard}\n" for step in (1, 2, 0) for shard in range(0, 128, 16)]
    run("".join(steps).encode(), settings=Settings(parallelism=parallelism, mode=mode, frame_lines=8))
    ended = [alert for alert in run.alerts if alert["flags"] == END]
    assert ended == [{"flags": END, "watermark": MAX_WATERMARK, "texts": []}] * 8
    texts = sorted(alert["texts"] for alert in run.alerts if alert["texts"])
    assert texts == sorted([f"{shard}-1", f"{shard}-2"] for shard in range(0, 128, 16))
    assert run.counts == Counts(read=24, entities={"customer": EntityCounts(evaluated=16)})


def test_frames_carry_the_watermark_and_a_waiting_shard_is_asked_once_more(run: Run) -> None:
    lines = ["to 5 a", "at 100", "at 105", "at 111", "at 130"]
    run("\n".join(lines).encode(), settings=Settings(batch_bytes=0, frame_lines=1))
    assert run.alerts == [
        {"flags": 0, "watermark": 100, "texts": ["a"]},
        {"flags": 0, "watermark": 111, "texts": []},  # 100 + max_disorder 10 + 1: nothing that came with it can still be waiting
        {"flags": END, "watermark": MAX_WATERMARK, "texts": []},
    ]


def test_what_comes_before_any_watermark_is_not_gathered_without_end(run: Run) -> None:
    run(b"to 5 0123456789\n" * 6, settings=Settings(batch_bytes=10, frame_lines=1))
    assert [(alert["watermark"], len(alert["texts"])) for alert in run.alerts] == [
        (MIN_WATERMARK, 4),
        (MAX_WATERMARK, 2),
        (MAX_WATERMARK, 0),
    ]


def test_a_timer_fires_when_the_watermark_passes_it_unless_a_frame_got_there_first(run: Run) -> None:
    lines = ["to 5 due 150", "at 100", "at 120", "to 6 due 150", "at 140", "to 6 b", "at 160"]
    run("\n".join(lines).encode(), settings=Settings(batch_bytes=0, frame_lines=1))
    told = [alert for alert in run.alerts if alert.get("watermark", 0) > 140 or "timer" in alert]
    assert told == [
        {"flags": 0, "watermark": 160, "texts": ["b"]},
        {"timer": 150},
        {"flags": END, "watermark": MAX_WATERMARK, "texts": []},
        {"flags": END, "watermark": MAX_WATERMARK, "texts": []},
    ]


@pytest.mark.parametrize("mode", ["thread", "process"])
def test_state_belongs_to_one_shard(run: Run, mode: Any) -> None:
    lines = ["to 1 get k", "to 1 put k v", "to 1 get k", "to 2 get k"]
    run("\n".join(lines).encode(), settings=Settings(mode=mode))
    texts = [alert["texts"] for alert in run.alerts if alert["texts"]]
    assert sorted(texts) == [["get k = None"], ["get k = None", "put k v", "get k = b'v'"]]


def test_progress_reaches_the_size_of_the_inputs(run: Run) -> None:
    seen: list[Progress] = []
    run(b"a\n" * 1000, progress=seen.append)
    assert seen[-1] == Progress(2000, 2000)


def test_a_cancelled_run_raises_what_stopped_it_and_the_cluster_stays_usable(run: Run) -> None:
    def stop(_: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(b"a\n", progress=stop)
    assert not (run.folder / "alerts").exists()
    assert run(b"b\n").lines == [[0, 0, "b"]]
