"""One long, seeded stream of few keys: windows that have slid for a long time, grown large and been stored in between still agree."""

from pathlib import Path
from random import Random
from typing import Any

from engine_runs import compiled, run_engine
from reference.document import as_json, read_yaml
from reference.project import read_project
from reference.run import run
from scenarios import FOLDER, same

RULES = """
rules:
  - id: floats
    by: card
    let: {total: sum(f) over 30s, mean: avg(f) over 30s, spread: stddev(f) over 30s, panes: sum(f) over 1m every 10s, all: sum(f) over all}
    when: "true"
  - id: scores
    by: card
    let: {z: zscore(f) over 1m, z_all: zscore(amount) over all, z_panes: zscore(n) over 1m every 10s, spread: stddev(g) over all}
    when: "true"
  - id: extremes
    by: card
    let:
      top: max(n) over 30s
      low: min(amount) over 1m excluding current
      later: max(f) over 20s delayed by 10s
      pane: min(f) over 1m every 20s
    when: "true"
  - id: ranks
    by: card
    let: {middle: median(n) over 1m, high: 'percentile(amount, 95) over tumbling 1m', kinds: distinct(s) over 30s, run: rising(n) over 1m}
    when: "true"
  - id: places
    by: card
    where: b
    let:
      c: count() over 1m
      oldest: first(n) over 30s
      newest: last(s) over all excluding current
      sums: sum(amount where n > 3) over 1m delayed by 10s
    when: c >= 3
    cooldown: 5s
  - {id: held, by: card, when: n == 5, unless: n == 6 and s == match.s, within: 3s, cooldown: 10s}
"""


def _stream(count: int) -> list[bytes]:
    random, at, lines = Random(20260301), 1_774_738_780_000, []
    for number in range(count):
        at += random.choice([0, 1, 10, 100, 100, 250, 1000]) if number % 220 else 90_000
        transaction = {
            "id": f"t{number:05}",
            "at": at - random.choice([0, 0, 0, 700]),
            "k": random.choice("KKKKL"),
            "n": random.randint(-9, 9),
        }
        transaction |= {"f": random.choice([1e15, 1e9, 0.1, 1e-7, -1e12]) * random.random(), "g": 1e6 + random.random() / 1000}
        transaction |= {"amount": random.randint(1, 10**6) / 100, "s": random.choice("abcdefg"), "b": random.random() < 0.5}
        for name in ("n", "f", "amount", "s"):
            if random.random() < 0.1:
                del transaction[name]
        lines.append(as_json(transaction).encode())
    return lines


def _alerts(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(found, key=lambda alert: str(alert["alert_id"]))


def test_a_long_stream_agrees_with_the_reference_across_restarts(tmp_path: Path) -> None:
    project, rules = read_yaml((FOLDER / "schemas" / "cards.yaml").read_text("utf-8")), read_yaml(RULES)
    lines = _stream(500)
    expected = _alerts(run(read_project(project, [rules]), lines).alerts)
    plan = compiled(tmp_path, project, [rules])
    observed = _alerts(run_engine(plan, lines, {}, frame_lines=50, stop_before=lambda step: step % 5 == 0, budget=1).alerts)
    assert [alert["alert_id"] for alert in observed] == [alert["alert_id"] for alert in expected]
    assert [(a, b) for a, b in zip(expected, observed, strict=True) if not same(a, b)] == []
