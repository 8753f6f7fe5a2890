"""`fraudc diff` as users type it: what it compares, what it prints, how it ends."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fraudc.pipeline import compile_project
from fraudc_runtime.rulesets.ruleset import encode
from fraudc_runtime.rulesets.succession import first, succeed

GOLDENS = Path(__file__).parents[2] / "golden" / "diffs"
FRAUDC = Path(sys.executable).with_name("fraudc")
NOON = "2026-03-01T12:00:00Z"


def diff(*arguments: str | Path, cwd: Path = GOLDENS) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([FRAUDC, "diff", *map(str, arguments)], cwd=cwd, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("form", "suffix"), [("text", "txt"), ("json", "json"), ("markdown", "md")])
def test_two_projects_are_compared_in_every_format(form: str, suffix: str) -> None:
    done = diff("live", "edited", "--at", NOON, "--format", form)
    assert (done.returncode, done.stdout, done.stderr) == (0, (GOLDENS / f"edited.{suffix}").read_text(encoding="utf-8"), "")


def test_without_new_it_is_the_project_that_is_compared() -> None:
    done = diff(GOLDENS / "live", "--at", NOON, cwd=GOLDENS / "edited")
    assert done.stdout == (GOLDENS / "edited.txt").read_text(encoding="utf-8")
    assert diff("live", "--project", "edited", "--at", NOON).stdout == done.stdout


def test_compiled_and_published_sets_are_compared_too(tmp_path: Path) -> None:
    subprocess.run([FRAUDC, "compile", "--project", GOLDENS / "live", "-o", tmp_path / "live.json"], check=True, capture_output=True)
    assert diff(tmp_path / "live.json", "edited", "--at", NOON).stdout == (GOLDENS / "edited.txt").read_text(encoding="utf-8")
    live, edited = (compile_project(GOLDENS / name).plan for name in ("live", "edited"))
    assert live is not None
    assert edited is not None
    one = first(live)
    two = succeed(one, edited, 1_772_366_400_000)
    for name, published in (("one", one), ("two", two)):
        (tmp_path / name).write_bytes(encode(published))
    document = json.loads(diff(tmp_path / "one", tmp_path / "two", "--format", "json").stdout)
    assert (document["before"], document["after"], document["begins"]) == (1, 2, 1_772_366_400_000)


def test_exit_code_1_only_when_asked_for_and_different() -> None:
    assert [diff(*a).returncode for a in (("live", "edited"), ("live", "edited", "--exit-code"), ("live", "live", "--exit-code"))] == [
        0,
        1,
        0,
    ]
    assert diff("live", "live").stdout == "No differences.\n"
    assert diff("live", "live", "--quiet").stdout == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["absent", "edited"], "absent cannot be read: no such file or directory"),
        (["live/rules.yaml", "edited"], "live/rules.yaml is neither a project nor a compiled set: not a compiled rule set"),
        (["live", "."], ". has no fraudc.yaml"),
        (["live", "edited", "--at", "noon"], "--at takes a time like 2026-03-01T10:00:00Z, not noon"),
    ],
)
def test_what_cannot_be_compared_is_one_line_and_exit_code_2(arguments: list[str], said: str) -> None:
    done = diff(*arguments)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith(f"fraudc: {said}")


def test_mistakes_in_a_project_are_shown_and_end_it(tmp_path: Path) -> None:
    shutil.copytree(GOLDENS / "live", tmp_path / "new")
    (tmp_path / "new" / "rules.yaml").write_text("version: 1\nrules:\n  - id: large\n    when: amount > 700\n")
    done = diff("live", tmp_path / "new")
    assert (done.returncode, done.stdout) == (1, "")
    assert "error[E" in done.stderr
