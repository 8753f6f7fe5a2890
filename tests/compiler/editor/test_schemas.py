"""Schemas for editors: they take what `fraudc` takes, point at what it refuses, and explain every key."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from compiler.cli.test_commands import fraudc
from fraudc.author.starting import start
from fraudc.document import leaves
from fraudc.editor.descriptions import DESCRIPTIONS
from fraudc.editor.schemas import FILES, schema_of

ROOT = Path(__file__).parents[3]
SHIPPED = [("project", path) for path in (ROOT / "fixtures" / "fraudc.yaml", ROOT / "rules" / "fraudc.yaml")]
SHIPPED += [("rules", path) for path in (ROOT / "rules").glob("*.yaml") if path.name != "fraudc.yaml"]
SHIPPED += [("rules", ROOT / "fixtures" / "rules.json")]


def read(text: str) -> Any:
    """As an editor's YAML has it: times are text."""
    yaml = YAML(typ="safe", pure=True)
    yaml.version = (1, 2)
    yaml.constructor.yaml_constructors.pop("tag:yaml.org,2002:timestamp", None)
    return yaml.load(text)


def faults(kind: str, text: str) -> list[str]:
    validator = Draft202012Validator(schema_of(kind))
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in validator.iter_errors(read(text))]


@pytest.mark.parametrize("kind", FILES)
def test_a_schema_is_one(kind: str) -> None:
    Draft202012Validator.check_schema(schema_of(kind))


@pytest.mark.parametrize(("kind", "path"), SHIPPED, ids=lambda value: value if isinstance(value, str) else value.name)
def test_shipped_files_fit(kind: str, path: Path) -> None:
    assert faults(kind, path.read_text(encoding="utf-8")) == []


def test_a_new_project_fits_and_brings_the_schemas_that_its_files_name(tmp_path: Path) -> None:
    assert fraudc("init", tmp_path / "shop").returncode == 0
    files = list((tmp_path / "shop").rglob("*.yaml"))
    assert len(files) == 7
    for path in files:
        text = path.read_text(encoding="utf-8")
        (named,) = [line.partition("$schema=")[2] for line in text.splitlines() if "$schema=" in line]
        schema = json.loads((path.parent / named).read_text(encoding="utf-8"))
        assert list(Draft202012Validator(schema).iter_errors(read(text))) == []


@pytest.mark.parametrize(
    ("kind", "text", "fault"),
    [
        ("rules", "version: 1\nrules: [{id: a, when: b, whne: c}]", "'whne' was unexpected"),
        ("rules", "version: 2\nrules: []", "1 was expected"),
        ("rules", "version: 1\nrules: [{id: Large, when: b}]", "'Large' does not match"),
        ("rules", "version: 1\nrules: [{id: a, when: b, severity: urgent}]", "'urgent' is not one of"),
        ("rules", "version: 1\nrules: [{id: a, when: b, cooldown: 5 minutes}]", "'5 minutes' does not match"),
        ("tests", "tests: [{name: a}]", "'transactions' is a required property"),
        ("project", "version: 1\nrules: [a]", "'schema' is a required property"),
    ],
)
def test_what_is_wrong_is_pointed_at(kind: str, text: str, fault: str) -> None:
    assert any(fault in found for found in faults(kind, text))


def test_every_key_of_every_model_is_explained() -> None:
    models = {model.__name__: model for model in leaves.Model.__subclasses__()}
    assert DESCRIPTIONS.keys() == models.keys()
    for name, model in models.items():
        own = set(model.key_names()) - ({"fields"} if name == "TransactionDocument" else set())
        assert set(DESCRIPTIONS[name]) == own


def test_the_command_prints_one_and_writes_all(tmp_path: Path) -> None:
    start(tmp_path / "shop")
    assert json.loads(fraudc("schema", "tests").stdout) == schema_of("tests")
    done = fraudc("schema", "--write", "--project", tmp_path / "shop")
    assert [Path(line).name for line in done.stdout.splitlines()] == [f"{kind}.schema.json" for kind in FILES]
    assert json.loads((tmp_path / "shop" / ".fraudc" / "rules.schema.json").read_text()) == schema_of("rules")
