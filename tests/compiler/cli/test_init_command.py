"""`fraudc init` as a user types it, and what follows: check, test and run in the fresh project."""

import json
import os
import subprocess
import sys
from pathlib import Path

FRAUDC = Path(sys.executable).with_name("fraudc")


def fraudc(*arguments: str | Path, cwd: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([FRAUDC, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, check=False, env=dict(os.environ))


def test_a_fresh_project_passes_check_and_test_and_runs(tmp_path: Path) -> None:
    project = tmp_path / "shop" / "rules-project"
    done = fraudc("init", "shop/rules-project", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "  cd shop/rules-project\n  fraudc check\n  fraudc test\n" in done.stdout
    assert fraudc("check", "--fail-level", "warning", cwd=project).stdout == "3 rules, no mistakes (2 notes: see --notes)\n"
    assert fraudc("test", cwd=project).stdout == "10 tests, all passed\n"
    ran = fraudc("run", "--input", "transactions.jsonl", "--output", "alerts.jsonl", "--fail-on", "dead,late", cwd=project)
    assert ran.returncode == 0, ran.stderr
    alerts = [json.loads(line) for line in (project / "alerts.jsonl").read_text("utf-8").splitlines()]
    # 4,700 EUR are 5,076 USD; T0007 follows three probes; C2 pays in France, Germany and Britain between 9:40 and 11:05
    assert sorted(alert["alert_id"] for alert in alerts) == ["card-testing:T0007", "country-hopping:T0012", "large-payment:T0008"]


def test_its_tests_touch_all_of_its_rules(tmp_path: Path) -> None:
    fraudc("init", "new", cwd=tmp_path)
    found = json.loads(fraudc("test", "--coverage", "--mutate", "--format", "json", cwd=tmp_path / "new").stdout)
    assert (found["failed"], found["coverage"]["hit"], found["mutations"]["unnoticed"]) == (0, found["coverage"]["of"], 0)
    assert found["mutations"]["tried"] > 20


def test_editors_find_the_schema_of_every_file(tmp_path: Path) -> None:
    fraudc("init", "new", cwd=tmp_path)
    for path in (tmp_path / "new").rglob("*.yaml"):
        schema = path.read_text("utf-8").splitlines()[0].removeprefix("# yaml-language-server: $schema=")
        kind = "tests" if path.name.endswith(".test.yaml") else "project" if path.name == "fraudc.yaml" else "rules"
        assert (path.parent / schema).resolve() == tmp_path.resolve() / "new" / ".fraudc" / f"{kind}.schema.json"


def test_a_folder_that_holds_something_is_refused(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("keep me")
    done = fraudc("init", "full", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "fraudc: full is not empty; name a folder that is not there yet\n"
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["notes.txt"]
    assert fraudc("init", "full/notes.txt", cwd=tmp_path).stderr == "fraudc: full/notes.txt is no folder\n"
