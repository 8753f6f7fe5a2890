"""Lists of a rule file: inline items, or the name of a file that holds them."""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict

from fraudc.document.leaves import Model, Text, scalar
from fraudc.source import Span


@dataclass(frozen=True, slots=True)
class ListItem:
    """The text of one item and its place; `quoted` if the file says that it is a string."""

    text: str
    quoted: bool
    span: Span


def _item(node: Any) -> ListItem:
    found = scalar(node, "a value")
    return ListItem(found.text, found.style not in ("plain", "json_token"), found.span)


class ListDocument(Model):
    """Either `values` or `file`; project.py reads the file."""

    model_config = ConfigDict(title="a list")

    values: list[Annotated[ListItem, BeforeValidator(_item)]] | None = None
    file: Text | None = None

    @classmethod
    def longhand(cls, data: Any) -> Any:
        return {"values": data} if isinstance(data, list) else data
