"""The benchmark's input: a number of rules and keys in, a rules project and a file of transactions out, the same for the same numbers."""

import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

FIELDS = {
    "transaction_id": "string",
    "customer_id": "string",
    "account_id": "string",
    "amount": "money",
    "currency": "string",
    "merchant_id": "string",
    "merchant_category": "string",
    "country": "string",
    "channel": "string",
    "event_time": "timestamp",
}
ONLINE, ABROAD = 'channel == "ecom"', 'country in ["NG", "RU"]'
TWENTY: list[dict[str, object]] = [
    {"detector": "rapid_escalation", "steps": 3, "factor": 4},
    {"detector": "rapid_escalation", "steps": 5},
    {"detector": "rapid_escalation", "steps": 3, "factor": 2, "where": ONLINE},
    {"detector": "high_value", "limit": "700 USD"},
    {"detector": "high_value", "limit": "450 USD", "where": f"{ONLINE} and {ABROAD}"},
    {"detector": "high_value", "limit": "1_500 USD"},
    {"detector": "customer_profile", "threshold": 8},
    {"detector": "customer_profile", "threshold": 8, "where": ONLINE},
    {"detector": "customer_profile", "threshold": 8, "min_samples": 15, "where": ABROAD},
    {"detector": "spending_velocity", "window": "1h every 5m", "limit": "1_800 USD"},
    {"detector": "spending_velocity", "window": "1h every 5m", "limit": "1_000 USD", "where": ONLINE},
    {"detector": "spending_velocity", "window": "1h", "limit": "2_000 USD"},
    {"detector": "spending_velocity", "window": "1h", "limit": "900 USD", "where": 'merchant_category == "travel"'},
    {"detector": "spending_velocity", "window": "1h", "limit": "1_200 USD", "where": ABROAD},
    {"detector": "velocity", "window": "tumbling 5m", "limit": 5},
    {"detector": "velocity", "window": "tumbling 5m", "limit": 3, "where": ONLINE},
    {"detector": "velocity", "window": "tumbling 5m", "limit": 4, "where": 'channel == "atm"'},
    {"detector": "velocity", "window": "tumbling 5m", "limit": 3, "where": 'merchant_category == "gambling"'},
    {"detector": "velocity", "window": "tumbling 5m", "limit": 4, "where": ABROAD},
    {"detector": "velocity", "window": "tumbling 5m", "limit": 2, "where": "amount < 7 USD"},
]
THRESHOLDS = ("limit", "threshold", "steps")


def rules(count: int) -> list[dict[str, object]]:
    """`count` rules: the twenty, or the first of them, or the twenty with `count / 20` thresholds each over the same windows."""
    made = []
    for at in range(count):
        rule = dict(TWENTY[at % len(TWENTY)])
        for name in THRESHOLDS:
            if name in rule:
                rule[name] = stricter(rule[name], at // len(TWENTY))
        made.append({"id": f"rule-{at}", "by": "customer", **({"window": "10m"} if rule["detector"] == "rapid_escalation" else {}), **rule})
    return made


def stricter(threshold: object, times: int) -> object:
    """The threshold moved up a little, `times` times, so that each rule still fires sometimes."""
    if isinstance(threshold, int):
        return threshold + times
    amount, currency = str(threshold).split()
    return f"{int(amount.replace('_', '')) + 20 * times} {currency}"


def write_project(folder: Path, count: int, *, others: Sequence[dict[str, object]] = (), **settings: object) -> None:
    """A rules project of `count` rules and others, as JSON documents; `settings` are further ones of the schema."""
    schema = {
        "id": "transaction_id",
        "event_time": "event_time",
        "fields": FIELDS,
        "money": {"currency_field": "currency", "base": "USD", "rates": {"EUR": 1.08, "GBP": 1.27}},
        "entities": {"customer": {"key": "customer_id"}},
        **settings,
    }
    folder.mkdir(parents=True, exist_ok=True)
    document = {"version": 1, "schema": schema, "rules": ["rules.json"]}
    Path(folder, "fraudc.yaml").write_text("".join(f"{name}: {json.dumps(value)}\n" for name, value in document.items()))
    Path(folder, "rules.json").write_text(json.dumps({"version": 1, "rules": [*rules(count), *others]}))


def write_transactions(path: Path, count: int, keys: int) -> None:
    """`count` transactions in order of event time, about 0.1 s apart, over `keys` customers."""
    with path.open("w") as out:
        out.writelines(json.dumps(row) + "\n" for row in transactions(count, keys))


def transactions(count: int, keys: int, step: int = 200) -> Iterator[dict[str, object]]:
    """The same as values, less than `step` ms of event time apart."""
    choice = random.Random(7)
    at = 1_700_000_000_000
    for number in range(count):
        at += choice.randrange(0, step)
        yield {
            "transaction_id": f"T{number:09d}",
            "customer_id": f"C{choice.randrange(keys):06d}",
            "account_id": f"A{choice.randrange(keys):06d}",
            "amount": round(choice.lognormvariate(3.5, 1.0), 2),
            "currency": "USD",
            "merchant_id": f"M{choice.randrange(300):04d}",
            "merchant_category": choice.choice(["grocery", "fuel", "travel", "electronics", "gambling"]),
            "country": choice.choice(["US", "GB", "DE", "NG", "RU"]),
            "channel": choice.choice(["pos", "ecom", "atm"]),
            "event_time": at,
        }
