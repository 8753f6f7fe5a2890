"""Projects that are made to hurt: each is answered in one line or with diagnostics, and the work stays in proportion to its size."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from fraudc.diagnostics import Diagnostic
from fraudc.load.patterns import TooManyEntriesError, matching
from fraudc.pipeline import Compilation, compile_project
from fraudc.project import ProjectError
from fraudc.render import render_github, render_json, render_sarif, render_text
from fraudc.suggest import closest

SETTINGS = """version: 1
schema:
  id: id
  event_time: at
  fields: {id: string, at: timestamp, k: string, n: int?, m: money?, s: string?}
  money: {base: USD}
  entities: {key: {key: k}}
"""
PROJECT = SETTINGS + 'rules: ["rules/*.yaml"]\n'


@pytest.fixture(autouse=True)
def ends_in_any_case() -> Iterator[None]:
    """Work that grows with the square of its input would run for hours: it fails after two minutes."""

    def stop(*_: object) -> None:
        raise AssertionError("this takes more than two minutes")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(120)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def compiled(root: Path, rules: str, settings: str = PROJECT) -> Compilation:
    (root / "rules").mkdir(exist_ok=True)
    (root / "fraudc.yaml").write_text(settings)
    (root / "rules" / "a.yaml").write_text(rules)
    return compile_project(root)


def mistakes(root: Path, rules: str, settings: str = PROJECT) -> list[Diagnostic]:
    """What was found, after every printer has printed it."""
    found = compiled(root, rules, settings).diagnostics.ordered()
    for text in (render_text(found), render_json(found), render_sarif(found, "1"), render_github(found)):
        text.encode()
    return found


def one_rule(**keys: object) -> str:
    return json.dumps({"version": 1, "rules": [{"id": "r", "by": "key", "when": "true", **keys}]})


@pytest.mark.parametrize(
    "when",
    [
        pytest.param("a" + " " * 60_000 + "b", id="plain-blanks"),
        pytest.param('"a' + " " * 60_000 + 'b"', id="quoted-blanks"),
        pytest.param("|\n" + " " * 30_000 + "a\n", id="deep-indentation"),
        pytest.param(">\n" + "      a\n\n" * 7_000, id="many-folds"),
        pytest.param("(" * 16_000, id="open-brackets"),
        pytest.param("not " * 4_000 + "true", id="nots"),
        pytest.param("n" + " + n" * 5_000 + " > 1", id="a-long-sum"),
    ],
)
def test_an_expression_of_any_size_is_answered(tmp_path: Path, when: str) -> None:
    assert mistakes(tmp_path, f"version: 1\nrules:\n  - id: r\n    when: {when}\n")


@pytest.mark.parametrize(
    ("rules", "count"),
    [
        pytest.param("rules:\n" + "  - {}\n" * 10_000, 20_000, id="rules-without-keys"),
        pytest.param(
            "rules:\n  - id: r\n    when: 'true'\n    labels:\n" + "".join(f"      k{i}: 1\n" for i in range(15_000)), 15_000, id="labels"
        ),
        pytest.param("rules: []\nlists:\n" + "".join(f"  k{i}: x\n" for i in range(15_000)), 15_000, id="lists"),
    ],
)
def test_thousands_of_mistakes_are_each_reported_once(tmp_path: Path, rules: str, count: int) -> None:
    assert len(mistakes(tmp_path, f"version: 1\n{rules}")) == count


def test_two_wrong_parts_of_one_field_leave_the_field_declared(tmp_path: Path) -> None:
    settings = PROJECT.replace("n: int?", "n: {type: int?, aliases: [1, 2]}")
    assert [found.code.code for found in mistakes(tmp_path, one_rule(when="n > 'x'"), settings)] == ["E122", "E122", "E304"]


def test_no_secret_is_shown_beside_another(tmp_path: Path) -> None:
    security = "job: {kafka: {bootstrap_servers: x, security: {password: hunter2, ssl.secret: swordfish}}}\n"
    shown = render_text(mistakes(tmp_path, one_rule(), PROJECT + security))
    assert shown.count("--> fraudc.yaml") == 2
    assert "hunter2" not in shown
    assert "swordfish" not in shown


@pytest.mark.parametrize("key", ["cooldown", "within"])
def test_a_duration_has_at_most_ten_thousand_years(tmp_path: Path, key: str) -> None:
    rest = {"unless": "false"} if key == "within" else {}
    assert not mistakes(tmp_path, one_rule(**{key: "3652500d", **rest}))
    assert [found.code.code for found in mistakes(tmp_path, one_rule(**{key: "3652500d1ms", **rest}))] == ["E129"]


def test_lets_that_double_are_refused_where_aggregates_write_them_out(tmp_path: Path) -> None:
    doubling = {"x0": "n", **{f"x{i}": f"x{i - 1} + x{i - 1}" for i in range(1, 12)}}  # x11: 4,095 nodes
    assert not mistakes(
        tmp_path, one_rule(let={**doubling, "x12": "x11 + x11", **{f"x{i}": f"x{i - 1} + x{i - 1}" for i in range(13, 500)}})
    )
    fits = {f"y{i}": f"max(x11) over {i + 1}s" for i in range(48)}  # 196,560 nodes
    assert not mistakes(tmp_path, one_rule(let=doubling | fits))
    assert {found.code.code for found in mistakes(tmp_path, one_rule(let=doubling | fits | {"y48": "max(x11) over 49s"}))} == {"E415"}


class TestFiles:
    def test_a_pipe_is_refused_and_not_waited_for(self, tmp_path: Path) -> None:
        (tmp_path / "rules").mkdir()
        os.mkfifo(tmp_path / "rules" / "b.yaml")
        with pytest.raises(ProjectError, match=r"^rules/b\.yaml cannot be read: it is no file$"):
            compiled(tmp_path, one_rule())

    def test_a_device_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(ProjectError, match=r"zero cannot be read: it is no file$"):
            compiled(tmp_path, "version: 1\nlists: {l: {file: /dev/zero}}\nrules: []\n")

    @pytest.mark.parametrize("name", ["x" * 5_000, "a\\0b", "\\e[31m"])
    def test_a_list_file_of_any_name_is_one_short_line(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(ProjectError) as raised:
            compiled(tmp_path, f'version: 1\nlists: {{l: {{file: "{name}"}}}}\nrules: []\n')
        assert len(str(raised.value)) < 200
        assert str(raised.value).isprintable()

    def test_a_rule_file_whose_name_cannot_be_shown_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "rules").mkdir()
        (tmp_path / "rules" / "a\x1b[31m.yaml").touch()
        with pytest.raises(ProjectError) as raised:
            compiled(tmp_path, one_rule())
        assert str(raised.value).isprintable()

    def test_a_list_of_another_type_is_reported_a_hundred_times(self, tmp_path: Path) -> None:
        (tmp_path / "l.csv").write_text("a\n" * 5_000)
        assert len(mistakes(tmp_path, "version: 1\nlists: {l: {file: l.csv}}\nrules: [{id: r, when: n in l}]\n")) == 100

    def test_a_list_has_at_most_a_million_lines(self, tmp_path: Path) -> None:
        (tmp_path / "l.csv").write_bytes(b"\n" * 1_000_001)
        with pytest.raises(ProjectError, match=r"l\.csv has more than 1,000,000 lines"):
            compiled(tmp_path, "version: 1\nlists: {l: {file: l.csv}}\nrules: []\n")


class TestPatterns:
    def test_stars_stand_within_one_name_and_two_for_folders(self, tmp_path: Path) -> None:
        for name in ("a.yaml", "b.yml", ".c.yaml", "x/d.yaml", "x/y/e.yaml", ".h/f.yaml"):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).touch()
        assert matching("*.yaml", tmp_path) == ["a.yaml"]
        assert matching("?.y*ml", tmp_path) == ["a.yaml", "b.yml"]
        assert matching("[ab].yml", tmp_path) == ["b.yml"]
        assert matching("**/*.yaml", tmp_path) == ["a.yaml", "x/d.yaml", "x/y/e.yaml"]
        assert matching("x/**", tmp_path) == ["x", "x/d.yaml", "x/y", "x/y/e.yaml"]
        assert matching("x/../a.yaml", tmp_path) == ["x/../a.yaml"]
        assert matching(f"{tmp_path}/x/*.yaml", tmp_path) == [f"{tmp_path}/x/d.yaml"]
        assert matching("a\0b", tmp_path) == matching("", tmp_path) == matching("no/*", tmp_path) == []

    def test_links_in_a_circle_end(self, tmp_path: Path) -> None:
        (tmp_path / "a.yaml").touch()
        for name in "lmn":
            (tmp_path / name).symlink_to(tmp_path)
        assert matching("**/" * 1_000 + "*.yaml", tmp_path) == ["a.yaml"]
        with pytest.raises(TooManyEntriesError):
            matching("*/" * 30 + "*.yaml", tmp_path)


def test_a_name_among_thousands_gets_no_suggestion() -> None:
    assert closest("f12x", [f"f{i}" for i in range(500)]) is not None
    assert closest("f12x", [f"f{i}" for i in range(5_000)]) is None
