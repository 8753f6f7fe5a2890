"""Random rule sets with an `at` each, over random streams: every alert is what a literal evaluation by the set in force gives, however the
stream is cut into frames, spread over shards and interrupted.
"""

import math
from dataclasses import dataclass, field
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from brute_windows import SECOND, expected
from fraudc_runtime.plan import All, Panes, Plan, Rule, Signature, Sliding, Tumbling, Window
from fraudc_runtime.programs import Programs
from fraudc_runtime.rulesets.acceptance import Accepted, Standing, accept
from fraudc_runtime.rulesets.ruleset import RuleSet
from fraudc_runtime.rulesets.succession import first, succeed
from machine import FIELDS, Entries, Machine, aggregate, call, constant, item, plan, rule

START, DISORDER, RETIRE = 1_700_000_000_000, 3 * SECOND, 12 * SECOND
N = FIELDS["n"]
WHERE, SMALL = call("==", FIELDS["i"], constant(1)), call("<", FIELDS["i"], constant(2))


def _universe() -> list[Signature]:
    short, middle, panes = Sliding(5 * SECOND), Sliding(9 * SECOND), Panes(6 * SECOND, 2 * SECOND)
    found = [aggregate(name, N, short) for name in ("sum", "avg", "distinct", "min", "first", "last")]
    found += [aggregate("sum", N, middle), aggregate("sum", N, middle, delay=4 * SECOND), aggregate("count", None, short)]
    found += [aggregate("sum", N, short, condition=SMALL), aggregate("sum", N, short, excluding=True), aggregate("max", N, middle)]
    found += [aggregate("percentile", N, short, parameter="50"), aggregate("percentile", N, Tumbling(4 * SECOND), parameter="50")]
    found += [aggregate("rising", N, each, parameter="1") for each in (short, middle, All())]
    found += [aggregate(name, N, panes) for name in ("sum", "avg", "distinct", "max", "first", "last")]
    found += [aggregate("sum", N, Panes(10 * SECOND, 2 * SECOND)), aggregate("sum", N, panes, delay=2 * SECOND)]
    found += [aggregate(name, N, window) for name in ("sum", "distinct") for window in (All(), Tumbling(4 * SECOND))]
    found += [aggregate("sum", N, window, where=WHERE) for window in (short, All(), panes)]
    return found


UNIVERSE = _universe()


def _plan(used: list[int]) -> Plan:
    found = [UNIVERSE[at] for at in used]
    parts = [(None, "open"), (WHERE, "picked")]
    rules = [rule(id, lets={f"v{at}": UNIVERSE[at] for at in used if UNIVERSE[at].where == where}, where=where) for where, id in parts]
    return plan(*rules, signatures=found, dedupe=0, retire=RETIRE)


@st.composite
def histories(draw: st.DrawFn) -> list[RuleSet]:
    """Sets that each take over some seconds after the one before; windows come, go and come back."""
    subsets = draw(st.lists(st.lists(st.integers(0, len(UNIVERSE) - 1), min_size=2, max_size=8, unique=True), min_size=2, max_size=5))
    sets, at = [first(_plan(sorted(subsets[0])))], START
    for used in subsets[1:]:
        at += draw(st.integers(1, 15 * SECOND))
        sets.append(succeed(sets[-1], _plan(sorted(used)), at, at))
    return sets


@st.composite
def rules_with_memory(draw: st.DrawFn, id: str) -> Rule:
    """A rule that fires on an `i` above 0, with or without cooldown, and with or without `unless`."""
    unless = draw(st.sampled_from([None, call("==", N, constant(5)), call("==", N, constant(2))]))
    within = None if unless is None else draw(st.sampled_from([1, 900, 4 * SECOND, 400 * SECOND]))
    cooldown = draw(st.sampled_from([None, 1_500, 20 * SECOND]))
    return rule(id, call(">", FIELDS["i"], constant(0)), unless=unless, within=within, cooldown=cooldown)


@st.composite
def histories_with_memory(draw: st.DrawFn) -> list[RuleSet]:
    """Sets in which rules come, go, come back and change what they remember; a rule's cooldown stays a cooldown, of whatever length."""
    sets: list[RuleSet] = []
    at = START
    for _ in range(draw(st.integers(2, 5))):
        found = plan(*(draw(rules_with_memory(id)) for id in sorted(draw(st.sets(st.sampled_from("abc"))))), dedupe=4 * SECOND)
        at += draw(st.integers(1, 8 * SECOND))
        sets.append(succeed(sets[-1], found, at, at) if sets else first(found))
    return sets


@st.composite
def streams(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Transactions of three keys in the order of arrival: none later than DISORDER behind another."""
    waits = draw(st.lists(st.sampled_from([0, 1, 300, 1_000, 2_000, 2_500]), min_size=5, max_size=40))
    found, at = [], START
    for number, wait in enumerate(waits):
        at += wait
        n = draw(st.sampled_from([None, -3, 0, 1, 2, 2, 5]))
        found.append({"at": at, "id": f"t{number:03}", "k": draw(st.sampled_from("KLM")), "n": n, "i": draw(st.integers(0, 2))})
    delayed = [each["at"] + draw(st.integers(0, DISORDER)) for each in found]
    return [each for _, each in sorted(zip(delayed, found, strict=True), key=lambda pair: pair[0])]


@dataclass
class Job:
    """Shards of one task. A set arrives some frames before the watermark reaches its `at`, by chance; restarts are by chance too."""

    sets: list[RuleSet]
    shards: int
    budget: int
    programs: Programs = field(default_factory=Programs)
    alerts: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.standing = Standing((self.sets[0],))
        self.waiting = list(self.sets[1:])
        self.machines = [Machine(self.sets[0].plan, self.budget, store=Entries()) for _ in range(self.shards)]
        self.stand()

    def stand(self) -> None:
        assert all(machine.shard.stand(self.standing, self.programs) is None for machine in self.machines)

    def arrive(self, until: int) -> None:
        """All sets whose `at` is not later."""
        while self.waiting and self.waiting[0].begins <= until:
            found = accept(self.standing, self.waiting.pop(0))
            assert isinstance(found, Accepted)
            self.standing = found.standing
            self.stand()

    def frame(self, transactions: list[dict[str, Any]], watermark: int) -> None:
        for number, machine in enumerate(self.machines):
            mine = [each for each in transactions if "KLM".index(each["k"]) % self.shards == number]
            items = [item(each["at"], each["id"], each["k"], n=each["n"], i=each["i"]) for each in mine]
            self.alerts += machine.send(items, watermark)

    def restart(self, number: int) -> None:
        machine = self.machines[number % self.shards]
        machine.cut()
        machine.shard.stand(self.standing, self.programs)


def _run(sets: list[RuleSet], stream: list[dict[str, Any]], data: st.DataObject) -> list[dict[str, Any]]:
    job = Job(sets, data.draw(st.sampled_from([1, 3, 7]), "shards"), data.draw(st.sampled_from([0, 1 << 20]), "budget"))
    size, latest = data.draw(st.sampled_from([1, 2, 7, 50]), "frame"), START
    ahead = data.draw(st.sampled_from([0, 5 * SECOND, 100 * SECOND]), "ahead")
    restarts = data.draw(st.sets(st.integers(0, 40), max_size=8), "restarts")
    for number, start in enumerate(range(0, len(stream), size)):
        part = stream[start : start + size]
        latest = max(latest, *(each["at"] for each in part))
        watermark = latest - DISORDER - 1
        job.arrive(watermark + ahead)
        if number in restarts:
            job.restart(number)
        job.frame(part, watermark)
    job.arrive(2 * START)
    for machine in job.machines:
        job.alerts += machine.end()
    return job.alerts


def _warm(signature: Signature, born: int | None, t: int) -> bool:
    window: Window = signature.window
    return born is None or isinstance(window, All) or t >= born + window.size + signature.delay


def _expected(sets: list[RuleSet], stream: list[dict[str, Any]]) -> dict[tuple[str, str], Any]:
    """(revision, warm, values) by (transaction, rule)."""
    found: dict[tuple[str, str], Any] = {}
    ordered = sorted(stream, key=lambda each: (each["at"], each["id"]))
    for at, current in enumerate(ordered):
        seen = [each for each in ordered[: at + 1] if each["k"] == current["k"]]
        now = [each for each in sets if each.revision == 1 or each.begins <= current["at"]][-1]
        for id in ("open", "picked") if current["i"] == 1 else ("open",):
            values, warm = {}, True
            for let in next(each for each in now.plan.rules if each.id == id).lets:
                signature = UNIVERSE[int(let.name[1:])]
                born = now.births[signature.id].at
                values[let.name] = expected(signature, [each for each in seen if born is None or each["at"] >= born], "n")
                warm = warm and _warm(signature, born, current["at"])
            found[current["id"], id] = (now.revision, warm, values)
    return found


def _same(got: Any, want: Any) -> bool:
    return math.isclose(got, want, rel_tol=1e-9) if isinstance(want, float) and got is not None else bool(got == want)


@settings(deadline=None, derandomize=True, database=None, max_examples=60)
@given(histories(), streams(), st.data())
def test_alerts_are_those_of_the_set_in_force_at_their_event_time(
    sets: list[RuleSet], stream: list[dict[str, Any]], data: st.DataObject
) -> None:
    wanted = _expected(sets, stream)
    got = {(alert["transaction_id"], alert["rule"]): alert for alert in _run(sets, stream, data)}
    assert got.keys() == wanted.keys()
    for key, (revision, warm, values) in wanted.items():
        alert = got[key]
        assert (alert["revision"], alert["warm"]) == (revision, warm)
        assert {name: (alert["values"][name], want) for name, want in values.items() if not _same(alert["values"][name], want)} == {}


@settings(deadline=None, derandomize=True, database=None, max_examples=60)
@given(histories_with_memory(), streams(), st.data())
def test_frames_shards_and_restarts_change_nothing_about_held_matches_and_cooldowns(
    sets: list[RuleSet], stream: list[dict[str, Any]], data: st.DataObject
) -> None:
    whole = Job(sets, 1, 1 << 20)
    whole.arrive(2 * START)
    ordered = sorted(stream, key=lambda each: (each["at"], each["id"]))
    for each in ordered:
        whole.frame([each], each["at"] - 1)
    whole.alerts += whole.machines[0].end()
    assert _by_key(_run(sets, stream, data)) == _by_key(whole.alerts)


def _by_key(alerts: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Each alert's key, rule, transaction, revision and what its cooldown suppressed."""
    return sorted((each["key"], each["rule"], each["transaction_id"], each["revision"], each["suppressed"]) for each in alerts)
