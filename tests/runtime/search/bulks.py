"""Alerts as the job writes them, and frames of them."""

import json

from fraudc_runtime.frames import topic_frame


def alert(id: str, event_time: str = "2026-03-01T10:00:00.000Z", **parts: object) -> bytes:
    """A whole alert of the rule `large`; `parts` replace its own."""
    whole: dict[str, object] = {
        "alert_id": f"large:{id}",
        "rule": "large",
        "revision": 7,
        "severity": "high",
        "mode": "live",
        "entity": "card",
        "key": "K42",
        "transaction_id": id,
        "event_time": event_time,
        "values": {"spent": "214.00"},
        "message": None,
        "suppressed": 0,
        "warm": True,
        "labels": {"team": "payments"},
        "transaction": {"id": id, "amount": "210.00", "original_amount": "200.00"},
    }
    return json.dumps({**whole, **parts}, separators=(",", ":")).encode()


def frame(*alerts: bytes) -> bytes:
    """A topic frame of partition 3: offsets from 100, all received in the first second of 2026."""
    return topic_frame(0, 3, [(100 + number, 1_767_225_600_000, each) for number, each in enumerate(alerts)])
