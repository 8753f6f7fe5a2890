"""Settings become Flink's options."""

import pytest

from fraudc_runtime.flink.settings import Settings


def test_a_job_keeps_its_state_in_rocksdb_has_aligned_barriers_and_never_restarts() -> None:
    options = Settings(shards=64).options()
    assert options["state.backend.type"] == "rocksdb"
    assert options["execution.checkpointing.unaligned.enabled"] == "false"
    assert options["restart-strategy.type"] == "none"
    assert options["pipeline.max-parallelism"] == "64"


@pytest.mark.parametrize("parallelism", [0, 5])
def test_parallelism_is_at_most_the_number_of_shards(parallelism: int) -> None:
    with pytest.raises(ValueError, match=rf"from 1 to the number of shards \(4\), not {parallelism}"):
        Settings(parallelism=parallelism, shards=4)


def test_worker_processes_are_needed_as_soon_as_one_operator_runs_in_one() -> None:
    needed = [Settings(), Settings(mode="process"), Settings(intake_mode="process"), Settings(mode="process", intake_mode="thread")]
    assert [settings.worker_processes for settings in needed] == [False, True, True, True]
