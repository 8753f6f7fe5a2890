"""An item that came too late, its entity's name and the watermark in, the late record out."""

from collections.abc import Callable, Iterable

import msgspec

from fraudc_runtime.plan import Schema
from fraudc_runtime.record import EVENT_TIME, ID, Item, Placed
from fraudc_runtime.render import timestamp_text, transaction_renderer


def late_renderer(schema: Schema, columns: Iterable[Placed] | None = None) -> Callable[[Item, str, int], bytes]:
    """A function that renders a late record from (item, entity name, watermark)."""
    transaction = transaction_renderer(schema, columns)

    def render(item: Item, entity: str, watermark: int) -> bytes:
        return msgspec.json.encode(
            {
                "transaction_id": item[ID],
                "entity": entity,
                "event_time": timestamp_text(item[EVENT_TIME]),
                "watermark": timestamp_text(watermark),
                "late_by_ms": max(1, watermark + 1 - item[EVENT_TIME]),
                "transaction": msgspec.Raw(transaction(item)),
            }
        )

    return render
