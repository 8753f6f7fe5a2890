"""`fraudc run` as a user types it: what it refuses before it starts anything, and whole runs on the embedded Flink."""

import gzip
import json
import lzma
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FRAUDC = Path(sys.executable).with_name("fraudc")
SCHEMA = """
version: 1
schema:
  id: id
  event_time: at
  fields: {id: string, at: timestamp, customer: string?, amount: money}
  money: {base: USD}
  entities: {customer: {key: customer, profile: {limit: money?}}}
rules: [rules.yaml]
"""
RULES = """
version: 1
rules:
  - {id: large, by: customer, detector: high_value, limit: customer.limit ?? 700 USD}
  - {id: huge, when: amount > 5_000 USD, mode: shadow}
"""
LINES = [
    '{"id":"a","at":1000,"customer":"C1","amount":700}',
    '{"id":"b","at":2000,"customer":"C1","amount":"700.01"}',
    '{"id":"c","at":20000,"customer":"C2","amount":6000}',
    '{"id":"d","at":14999,"customer":"C1","amount":9000}',
    '{"id":"e","at":20000,"amount":1}',
    "nonsense",
]


def run(*arguments: str | Path, **options: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([FRAUDC, "run", *map(str, arguments)], capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload]  # pass-through


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "fraudc.yaml").write_text(SCHEMA)
    (tmp_path / "rules.yaml").write_text(RULES)
    (tmp_path / "in.jsonl").write_text("\n".join(LINES) + "\n")
    return tmp_path


def ids(path: Path) -> list[str]:
    return sorted(json.loads(line)["alert_id"] for line in path.read_text().splitlines())


def test_a_run_writes_every_output_and_counts_that_add_up(project: Path) -> None:
    (project / "limits.csv").write_text("customer,limit\nC2,6500\n")
    options = ["--project", project, "--input", project / "in.jsonl", "--output", project / "alerts", "--format", "json"]
    options += ["--profiles", f"customer={project / 'limits.csv'}", "--shadow", project / "shadow", "--late", project / "late"]
    done = run(*options, "--dead-letters", project / "dead", "--fail-on", "dead,late")
    assert done.returncode == 1, done.stderr
    assert ids(project / "alerts") == ["large:b"]
    assert ids(project / "shadow") == ["huge:c", "huge:d"]
    late = json.loads((project / "late").read_text())
    assert (late["transaction_id"], late["entity"], late["late_by_ms"]) == ("d", "customer", 1)
    dead = json.loads((project / "dead").read_text())
    assert (dead["code"], dead["source"], dead["offset"]) == ("not_json", "in.jsonl", 5)
    counts = json.loads(done.stdout)
    assert (counts["read"], counts["valid"], counts["dead"], counts["profiles"]) == (6, 5, {"not_json": 1}, 1)
    assert counts["entities"] == {"customer": {"without_key": 1, "late": 1, "duplicate": 0, "evaluated": 3}}
    assert not list(project.glob("*.partial"))


def test_standard_input_xz_and_parallelism(project: Path) -> None:
    packed = lzma.compress((project / "in.jsonl").read_bytes())
    (project / "in.jsonl.xz").write_bytes(packed)
    done = run("--project", project, "--input", project / "in.jsonl.xz", "--output", project / "xz", "--parallelism", "2")
    assert (done.returncode, ids(project / "xz")) == (0, ["huge:c", "huge:d", "large:b", "large:c"])
    assert "read 6 = dead 1 (not_json 1) + valid 5" in done.stdout
    with (project / "in.jsonl").open() as stream:
        piped = run("--project", project, "--input", "-", "--output", project / "piped", "--quiet", stdin=stream)
    assert (piped.returncode, piped.stdout, piped.stderr) == (0, "", "")
    assert ids(project / "piped") == ids(project / "xz")


def test_a_compressed_file_that_is_cut_off_is_one_line_and_exit_2(project: Path) -> None:
    whole = gzip.compress(b"\n".join([line.encode() for line in LINES] * 1000))
    (project / "cut.jsonl.gz").write_bytes(whole[:-100])
    done = run("--project", project, "--input", project / "cut.jsonl.gz", "--output", project / "alerts")
    assert done.returncode == 2
    assert done.stderr.startswith(f"fraudc: {project / 'cut.jsonl.gz'}: ")
    assert done.stderr.count("\n") == 1
    assert not (project / "alerts").exists()


def test_an_output_that_is_full_is_one_line_and_exit_2(project: Path) -> None:
    with (project / "in.jsonl").open("w") as lines:
        lines.writelines(f'{{"id":"{at}","at":{at},"customer":"C","amount":800}}\n' for at in range(20_000))

    (project / "alerts.partial").symlink_to("/dev/full")  # every write to it finds the disk full
    done = run("--project", project, "--input", project / "in.jsonl", "--output", project / "alerts")
    assert done.returncode == 2, done.stderr
    assert f"{project / 'alerts'}" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (project / "alerts").exists()


HEARING = """
import signal
from fraudc.cli.main import main
signal.signal(signal.SIGINT, signal.default_int_handler)  # what a test run in the background starts has it ignored
main()
"""


def test_an_interrupted_run_names_what_it_leaves_and_has_no_output(project: Path) -> None:
    command = [sys.executable, "-c", HEARING, "run", "--project", project, "--input", "-", "--output", project / "alerts"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdin is not None
        running.stdin.write(b'{"id":"a","at":1,"amount":1}\n' * 40_000)  # more than a pipe holds: once it is written, the job reads
        running.stdin.flush()
        running.send_signal(signal.SIGINT)
        _, said = running.communicate()
    assert (running.returncode, said.decode()) == (130, f"fraudc: stopped; what was written so far is in {project / 'alerts'}.partial\n")
    assert not (project / "alerts").exists()


REFUSED = [
    (["--output", "alerts"], "run needs --input FILE and --output FILE"),
    (["--input", "absent.jsonl", "--output", "alerts"], "absent.jsonl"),
    (["--input", ".", "--output", "alerts"], "."),
    (["--input", "in.jsonl", "--output", "absent/alerts"], "absent/alerts"),
    (["--input", "in.jsonl", "--output", "."], "."),
    (["--input", "in.jsonl", "--output", "in.jsonl"], "is an input, and would be overwritten"),
    (["--input", "in.jsonl", "--output", "alerts", "--late", "/dev/null"], "/dev/null is no file"),
    (["--input", "in.jsonl", "--output", "alerts", "--late", "alerts"], "is named for two outputs"),
    (["--input", "in.jsonl", "--output", "alerts", "--profiles", "limits.csv"], "--profiles takes ENTITY=FILE"),
    (["--input", "in.jsonl", "--output", "alerts", "--profiles", "card=limits.csv"], "the project has no entity card"),
    (["--input", "in.jsonl", "--output", "alerts", "--profiles", "customer=limits.csv"], "limits.csv"),
    (["--input", "in.jsonl", "--output", "alerts", "--fail-on", "dad"], "--fail-on takes dead, late or both"),
]


@pytest.mark.parametrize(("arguments", "says"), REFUSED)
def test_what_cannot_run_is_one_line_and_exit_2(project: Path, arguments: list[str], says: str) -> None:
    before = {path.name: path.stat().st_mtime_ns for path in project.iterdir()}
    done = run(*arguments, cwd=project)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
    assert {path.name: path.stat().st_mtime_ns for path in project.iterdir()} == before


def test_bad_rules_are_shown_and_nothing_starts(project: Path) -> None:
    (project / "rules.yaml").write_text("version: 1\nrules:\n  - id: large\n    when: amount > 700\n")
    done = run("--project", project, "--input", project / "in.jsonl", "--output", project / "alerts")
    assert (done.returncode, done.stdout) == (1, "")
    assert "error[E304]" in done.stderr


def test_a_java_that_does_not_start_is_one_line_and_exit_4(project: Path) -> None:
    home = project / "java"
    (home / "bin").mkdir(parents=True)
    (home / "release").write_text('JAVA_VERSION="17.0.1"\n')
    (home / "bin" / "java").write_text("#!/bin/sh\necho broken >&2\nexit 1\n")
    (home / "bin" / "java").chmod(0o755)
    environment = {**os.environ, "JAVA_HOME": str(home)}
    done = run("--project", project, "--input", project / "in.jsonl", "--output", project / "alerts", env=environment)
    assert done.returncode == 4
    assert "broken" in done.stderr
    assert "Java 17 or 21" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (project / "alerts").exists()
