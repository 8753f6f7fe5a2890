"""A project's folder in, a plan or all its mistakes out: each once, in file order, and nothing that only follows from another."""

from pathlib import Path

import pytest

from fraudc.pipeline import compile_project
from fraudc.project import ProjectError, find_project

PROJECT = """\
version: 1
schema:
  id: transaction_id
  event_time: event_time
  fields:
    transaction_id: string
    event_time: timestamp
    card_id: string
    amount: money
    channel: string?
  money: {base: USD}
  entities:
    card: {key: card_id}
rules: ["rules/*.yaml", "rules/*.json"]
"""
RULE = "version: 1\nrules:\n  - id: large\n    when: amount > 1_000 USD\n"

TEN_MISTAKES = """\
version: 1
lists: {risky: [NG], in: [A]}
rules:
  - id: First_Rule
    severty: high
    severity: hgh
    when: amount > 5000
  - id: second
    by: crad
    when: chanel == "ecom"
    cooldown: 1.5h
  - id: third
    when: amount >
  - id: fourth
    title: [a]
    when: channel in risky
    from: yesterday
"""


def write(root: Path, **files: str) -> Path:
    for name, content in {"fraudc.yaml": PROJECT, **files}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content, "utf-8")
    return root


def places(root: Path) -> list[tuple[str, str, int, int]]:
    found = compile_project(root).diagnostics.ordered()
    return [(one.code.code, one.span.file.name, *one.span.file.position(one.span.start)) for one in found if one.span]


def test_a_project_without_mistakes_has_a_plan(tmp_path: Path) -> None:
    compilation = compile_project(write(tmp_path, **{"rules/rule.yaml": RULE}))
    assert compilation.diagnostics.found == []
    assert compilation.plan is not None
    assert [rule.id for rule in compilation.plan.rules] == ["large"]


def test_ten_mistakes_in_one_file_are_all_reported_once(tmp_path: Path) -> None:
    write(tmp_path, **{"rules/rule.yaml": TEN_MISTAKES})
    found = places(tmp_path)
    assert [(line, column) for _, _, line, column in found] == [
        (2, 22), (4, 9), (5, 5), (6, 15), (7, 20), (9, 9), (10, 11), (11, 15), (13, 18), (15, 12), (17, 11),
    ]  # fmt: skip
    assert len({code for code, *_ in found}) >= 10


def test_mistakes_of_all_files_come_in_file_order(tmp_path: Path) -> None:
    wrong = PROJECT.replace("dedupe", "").replace("card_id: string\n", "card_id: strin\n")
    files = {name: RULE.replace("large", name[6]).replace("1_000 USD", "1_000") for name in ("rules/b.yaml", "rules/a.yaml")}
    write(tmp_path, **{"fraudc.yaml": wrong, **files})
    assert [name for _, name, *_ in places(tmp_path)] == ["fraudc.yaml", "rules/a.yaml", "rules/b.yaml"]


def test_what_follows_from_a_broken_declaration_is_not_reported(tmp_path: Path) -> None:
    wrong = PROJECT.replace("card: {key: card_id}", "card: {kay: card_id}").replace("channel: string?", "channel: sting?")
    rule = RULE + '  - id: online\n    by: card\n    when: channel == "ecom" and count() over 10m > 3\n'
    write(tmp_path, **{"fraudc.yaml": wrong, "rules/rule.yaml": rule})
    assert [code for code, *_ in places(tmp_path)] == ["E138", "E121", "E120"]


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ("let: {n: {a: b}}\n    when: n > 3", "E122"),
        ("let: [n]\n    when: n > 3", "E122"),
        ("detector: velocty\n    limit: 5\n    window: 10m\n    when: velocity > 3", "E124"),
        ("when: [n]", "E122"),
        ("when: true\n    unless: true\n    within: 5x", "E129"),
        ("when: true\n    unless: [a]\n    within: 5m", "E122"),
        ("when: true\n    cooldown: 5x", "E129"),
        ("when: count() over 10m > 3\n    by: [card]", "E122"),
        ("when: true\n    from: x\n    until: 2026-01-01T00:00:00Z", "E130"),
    ],
)
def test_what_follows_from_a_broken_key_is_not_reported(lines: str, code: str, tmp_path: Path) -> None:
    by = "" if "by:" in lines else "    by: card\n"
    write(tmp_path, **{"rules/rule.yaml": f"version: 1\nrules:\n  - id: large\n{by}    {lines}\n"})
    assert [found for found, *_ in places(tmp_path)] == [code]


def test_a_broken_list_is_reported_where_it_is_declared_only(tmp_path: Path) -> None:
    rule = "version: 1\nlists: {risky: {fil: a.csv}}\nrules:\n  - id: risky\n    when: channel in risky\n"
    write(tmp_path, **{"rules/rule.yaml": rule})
    assert places(tmp_path) == [("E120", "rules/rule.yaml", 2, 17)]


def test_a_project_file_that_cannot_be_read_hides_the_rules(tmp_path: Path) -> None:
    compilation = compile_project(write(tmp_path, **{"fraudc.yaml": "version: [\n"}))
    assert [one.code.code for one in compilation.diagnostics.found] == ["E103"]
    assert (compilation.plan, compilation.project) == (None, None)


def test_json_rule_files_are_the_same_documents(tmp_path: Path) -> None:
    rule = '{"version": 1, "rules": [{"id": "large", "by": "card", "when": "amount > 1_000 USD", "cooldown": "30m"}]}'
    compilation = compile_project(write(tmp_path, **{"rules/rule.json": rule, "rules/rule.yaml": "version: 1\n"}))
    assert compilation.diagnostics.found == []
    assert compilation.plan is not None
    assert [(rule.id, rule.cooldown) for rule in compilation.plan.rules] == [("large", 1_800_000)]


def test_rule_tests_are_never_rule_files(tmp_path: Path) -> None:
    write(
        tmp_path,
        **{"rules/rule.yaml": RULE, "rules/rule.test.yaml": "tests: []\n", "rules/rule.test.json": "{}", "rules/x.json": '{"version": 1}'},
    )
    assert places(tmp_path) == []


def test_a_list_file_stands_beside_the_rule_file_or_in_the_project(tmp_path: Path) -> None:
    rule = (
        "version: 1\nlists: {near: {file: near.csv}, far: {file: far.csv}}\nrules:\n"
        "  - id: listed\n    when: channel in near or channel in far\n"
    )
    files = {"rules/rule.yaml": rule, "rules/near.csv": "\ufeffecom\r\n\r\n  pos \n", "near.csv": "wrong\n", "far.csv": "atm"}
    plan = compile_project(write(tmp_path, **files)).plan
    assert plan is not None
    assert {name: values.values for name, values in plan.lists.items()} == {"near:string": ("ecom", "pos"), "far:string": ("atm",)}


def test_a_list_file_that_is_missing_is_a_usage_error(tmp_path: Path) -> None:
    write(tmp_path, **{"rules/rule.yaml": "version: 1\nlists: {risky: {file: risky.csv}}\n"})
    with pytest.raises(ProjectError, match=r"^risky\.csv cannot be read: no such file or directory$"):
        compile_project(tmp_path)


def test_a_list_file_that_is_not_utf8_is_a_usage_error(tmp_path: Path) -> None:
    write(tmp_path, **{"rules/rule.yaml": "version: 1\nlists: {risky: {file: risky.csv}}\n"})
    (tmp_path / "risky.csv").write_bytes(b"a\xff")
    with pytest.raises(ProjectError, match=r"^risky\.csv is not UTF-8 at byte 1"):
        compile_project(tmp_path)


def test_a_folder_without_a_project_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"fraudc\.yaml cannot be read"):
        compile_project(tmp_path)


def test_the_project_is_found_upward(tmp_path: Path) -> None:
    write(tmp_path, **{"rules/deep/rule.yaml": RULE})
    assert find_project(tmp_path / "rules" / "deep") == tmp_path


def test_hostile_patterns_match_no_file(tmp_path: Path) -> None:
    project = PROJECT.replace('"rules/*.json"', f'"", "\\0", "a", "{"a" * 5000}"')
    write(tmp_path, **{"fraudc.yaml": project, "rules/rule.yaml": RULE})
    assert [code for code, *_ in places(tmp_path)] == ["E116"] * 4
