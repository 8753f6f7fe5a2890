"""Commands as a user types them: exit code, standard output, standard error, files. What needs Flink stands in test_run_command.py."""

import json
import os
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
  fields: {id: string, at: timestamp, customer: string, amount: money, channel: string?}
  money: {base: USD}
  entities: {customer: {key: customer}}
rules: [rules.yaml]
"""
GOOD = "version: 1\nrules:\n  - {id: large, by: customer, detector: high_value, limit: 700 USD}\n"
BAD = "version: 1\nrules:\n  - id: large\n    when: amount > 700\n"


def fraudc(*arguments: str | Path, cwd: Path = ROOT, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [FRAUDC, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "fraudc.yaml").write_text(SCHEMA)
    (tmp_path / "rules.yaml").write_text(GOOD)
    return tmp_path


def test_without_a_command_the_help_is_printed() -> None:
    done = fraudc()
    assert done.returncode == 0
    assert "Usage: fraudc" in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["check", "--nonsense"], ["compile", "--format", "xml"], ["run", "--parallelism", "0"]]
)
def test_wrong_usage_exits_2_and_says_so_on_standard_error(arguments: list[str]) -> None:
    done = fraudc(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert done.stderr


def test_check_of_good_rules_exits_0(project: Path) -> None:
    done = fraudc("check", "--project", project)
    assert (done.returncode, done.stdout, done.stderr) == (0, "1 rule, no mistakes (1 note: see --notes)\n", "")
    assert fraudc("check", "--quiet", "--project", project).stdout == ""


def test_check_shows_notes_when_asked_and_warnings_always(project: Path) -> None:
    shown = fraudc("check", "--project", project, "--notes")
    assert shown.stdout.startswith("note[W904]: no rule reads channel\n")
    assert shown.stdout.endswith("\n1 rule, no mistakes (1 note)\n")
    assert fraudc("check", "--project", project, "--fail-level", "warning").returncode == 0
    (project / "rules.yaml").write_text(f"{GOOD}  - {{id: night, when: hour(at) > 23}}\n")
    done = fraudc("check", "--project", project, "--fail-level", "warning")
    assert (done.returncode, done.stdout.splitlines()[0]) == (3, "warning[W906]: the condition of `night` is never true")
    assert done.stdout.splitlines()[-1] == "1 warning (1 note: see --notes)"
    assert [found["code"] for found in json.loads(fraudc("check", "--project", project, "--format", "json").stdout)] == ["W904", "W906"]


def test_a_comment_with_a_reason_silences_a_warning(project: Path) -> None:
    night = "  - {id: night, when: hour(at) > 23}"
    (project / "rules.yaml").write_text(f"{GOOD}  # fraudc: ignore[W906] switched off until spring\n{night}\n")
    assert fraudc("check", "--project", project, "--fail-level", "warning").returncode == 0
    (project / "rules.yaml").write_text(f"{GOOD}{night}  # fraudc: ignore[W906]\n")
    done = fraudc("check", "--project", project, "--fail-level", "warning")
    assert (done.returncode, done.stdout.splitlines()[0]) == (3, "warning[W912]: this comment gives no reason")


def test_the_load_that_is_expected_tells_windows_that_are_too_large(project: Path) -> None:
    (project / "rules.yaml").write_text("version: 1\nrules:\n  - {id: sum, by: customer, when: sum(amount) over 90d > 5 USD}\n")
    assert fraudc("check", "--project", project, "--keys", "1000", "--rate", "1", "--fail-level", "warning").returncode == 0
    done = fraudc("check", "--project", project, "--keys", "10000000", "--rate", "2000", "--fail-level", "warning")
    assert (done.returncode, done.stdout.splitlines()[0].partition(" holds about")[0]) == (3, "warning[W908]: `sum(amount) over 90d`")
    assert fraudc("check", "--project", project, "--keys", "1000").returncode == 2


def test_check_shows_a_mistake_with_its_place_and_exits_1(project: Path) -> None:
    (project / "rules.yaml").write_text(BAD)
    done = fraudc("check", "--project", project)
    assert done.returncode == 1
    assert "error[E" in done.stdout
    assert "--> rules.yaml:4:20" in done.stdout
    assert "`700 USD`" in done.stdout
    assert done.stdout.endswith("\n1 error\n")
    assert done.stderr == ""


def test_check_prints_diagnostics_as_json(project: Path) -> None:
    (project / "rules.yaml").write_text(BAD)
    found = json.loads(fraudc("check", "--project", project, "--format", "json").stdout)
    assert [set(diagnostic) for diagnostic in found] == [
        {"code", "severity", "message", "file", "line", "column", "end_line", "end_column", "label", "help"}
    ]
    assert (found[0]["file"], found[0]["line"], found[0]["column"]) == ("rules.yaml", 4, 20)


def test_check_of_named_files_shows_theirs_only(project: Path) -> None:
    (project / "rules.yaml").write_text(BAD)
    assert fraudc("check", project / "fraudc.yaml", "--project", project).returncode == 0
    assert fraudc("check", project / "rules.yaml", "--project", project).returncode == 1
    assert fraudc("check", project / "absent.yaml", "--project", project).returncode == 2


def test_the_project_is_found_upward(project: Path) -> None:
    below = project / "a" / "b"
    below.mkdir(parents=True)
    assert fraudc("check", cwd=below).stdout == "1 rule, no mistakes (1 note: see --notes)\n"


def test_without_a_project_one_line_says_what_is_missing(tmp_path: Path) -> None:
    done = fraudc("check", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("fraudc: there is no fraudc.yaml in ")
    assert done.stderr.count("\n") == 1


def test_a_list_file_that_is_missing_exits_2(project: Path) -> None:
    (project / "rules.yaml").write_text("version: 1\nlists: {risky: {file: risky.csv}}\n" + GOOD.removeprefix("version: 1\n"))
    done = fraudc("check", "--project", project)
    assert done.returncode == 2
    assert done.stderr == "fraudc: risky.csv cannot be read: no such file or directory\n"


def test_compile_prints_one_line_and_writes_the_set(project: Path) -> None:
    done = fraudc("compile", "--project", project, "-o", project / "set.json")
    assert done.returncode == 0
    assert done.stdout.count("\n") == 1
    assert "1 rule, 1 entity" in done.stdout
    written = json.loads((project / "set.json").read_text())
    assert (written["version"], [rule["id"] for rule in written["rules"]]) == (1, ["large"])
    assert not (project / "set.json.partial").exists()


def test_compile_writes_the_same_bytes_each_time(project: Path) -> None:
    for name, seed in (("one", "1"), ("two", "2")):
        fraudc("compile", "--project", project, "-o", project / name, PYTHONHASHSEED=seed)
    assert (project / "one").read_bytes() == (project / "two").read_bytes()


def test_compile_of_bad_rules_exits_1_and_writes_nothing(project: Path) -> None:
    (project / "rules.yaml").write_text(BAD)
    done = fraudc("compile", "--project", project, "-o", project / "set.json")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "error[E" in done.stderr
    assert not (project / "set.json").exists()


def test_a_set_that_cannot_be_written_exits_2(project: Path) -> None:
    done = fraudc("compile", "--project", project, "-o", project / "absent" / "set.json")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1


def test_a_set_takes_the_place_of_files_only(project: Path) -> None:
    os.mkfifo(project / "pipe")
    (project / "folder").mkdir()
    for name in ("pipe", "folder"):
        done = fraudc("compile", "--project", project, "-o", project / name)
        assert (done.returncode, done.stderr) == (2, f"fraudc: {project / name} cannot be written: it is no file\n")
    assert (project / "pipe").is_fifo()
    assert sorted(path.name for path in project.iterdir()) == ["folder", "fraudc.yaml", "pipe", "rules.yaml"]


@pytest.mark.parametrize("format", ["text", "json", "mermaid", "dot", "html"])
def test_the_plan_is_printed_in_every_format(project: Path, format: str) -> None:
    done = fraudc("compile", "--plan", "--format", format, "--project", project)
    assert done.returncode == 0
    assert "large" in done.stdout
    assert "detect" in done.stdout


def test_explain_knows_every_code_in_any_case() -> None:
    assert fraudc("explain", "e101").stdout.startswith("E101: ")
    done = fraudc("explain", "E999")
    assert done.returncode == 2
    assert done.stderr.startswith("fraudc: there is no diagnostic E999")


def test_no_colours_without_a_terminal(project: Path) -> None:
    (project / "rules.yaml").write_text(BAD)
    assert "\x1b[" not in fraudc("check", "--project", project).stdout


def test_help_imports_nothing_heavy() -> None:
    heavy = ("pydantic", "lark", "ruamel", "pyflink", "msgspec", "rich", "babel")
    code = f"import sys, fraudc.cli.main; print([module for module in {heavy} if module in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
