"""YAML text in, plain data out in which numbers keep their text, so that money and rates never pass through a double."""

import json
import re
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
_WORDS = {"": None, "~": None, "null": None, "Null": None, "NULL": None, "true": True, "True": True, "false": False, "False": False}


class NumberText(str):
    """A number as it was written."""

    __slots__ = ()


def read_yaml(text: str) -> Any:
    """Data of a YAML 1.2 (or JSON) text: dict, list, str, bool, None and NumberText."""
    node = YAML(typ="safe").compose(text)
    return None if node is None else _data(node)


def _data(node: Node) -> Any:
    match node:
        case MappingNode(value=pairs):
            return {_data(key): _data(value) for key, value in pairs}
        case SequenceNode(value=items):
            return [_data(item) for item in items]
        case ScalarNode(value=text, style=style):
            return _scalar(text) if style is None else text
    raise ValueError(f"not YAML data: {node}")


def _scalar(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    return NumberText(text) if _NUMBER.fullmatch(text) else text


def as_json(value: Any) -> str:
    """Compact JSON text of such data, numbers as they were written."""
    match value:
        case NumberText():
            return str(value)
        case dict():
            return "{" + ",".join(f"{as_json(str(name))}:{as_json(item)}" for name, item in value.items()) + "}"
        case list():
            return "[" + ",".join(map(as_json, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
