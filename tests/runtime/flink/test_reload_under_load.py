"""Twenty sets published while fifty thousand transactions flow through two tasks an operator: none is lost, and each meets the right rules.

What each rule should say of each payment is computed here by hand, from the payments and the script alone. Where a set without `at` takes
over is for the job to choose, once for each key: that is read from the revisions of a rule that always fires, and all else must fit it.
"""

import json
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from fraudc_runtime.frames import source_frame
from fraudc_runtime.intake import Source
from fraudc_runtime.local import Runner
from fraudc_runtime.rulesets.acceptance import Accepted, Standing, accept, begin
from runtime.flink.reload_load import BEGIN, COUNT, SECOND, SLOT, TASKS, Load, Payment, instant, payments, run
from servers.fixtures import kafka
from servers.kafka import Kafka

__all__ = ["kafka"]

BEGINS = {1: 0, 2: 1, 3: 3, 4: 5, 5: 6, 6: 8, 7: 10, 11: 14, 13: 17, 14: 18, 15: 19}
"""By revision, the slot with which it begins; those without `at`, or with one that is past, begin when they arrive."""
ON_ARRIVAL = (8, 9, 12)
MINUTES, HOUR = 60, 3_600  # payments
SPEND, WIDE, NARROW, HELD = {3, 5, 7, 8, 9, 11, 12, 13, 14, 15}, {11, 12, 13, 14, 15}, {12, 13, 14, 15}, set(range(1, 16)) - {14}


class Alert(msgspec.Struct):
    rule: str
    revision: int
    transaction_id: str
    values: dict[str, Any]
    warm: bool

    @property
    def number(self) -> int:
        return int(self.transaction_id[1:])


@dataclass
class Seen:
    """The run, its payments, and where the sets that begin on arrival did so, by customer and (for stateless rules) by partition."""

    load: Load

    @cached_property
    def alerts(self) -> dict[str, list[Alert]]:
        found = defaultdict(list)
        for alert in msgspec.json.decode(b"[%s]" % b",".join(self.load.outputs["alerts"]), type=list[Alert]):
            if alert.number < COUNT:
                found[alert.rule].append(alert)
        return found

    @cached_property
    def payments(self) -> list[Payment]:
        return payments()

    @cached_property
    def members(self) -> dict[str, list[int]]:
        """The numbers of each customer's payments."""
        found = defaultdict(list)
        for payment in self.payments:
            found[payment.customer].append(payment.number)
        return found

    @cached_property
    def keyed(self) -> dict[Hashable, dict[int, int]]:
        return self._arrivals("every", lambda payment: payment.customer)

    @cached_property
    def stateless(self) -> dict[Hashable, dict[int, int]]:
        return self._arrivals("seen", lambda payment: payment.number % 2)

    def revision(self, payment: Payment) -> int:
        """The set in force for a payment at its customer."""
        return in_force(payment.number, self.keyed[payment.customer])

    def within(self, payment: Payment, length: int, since: int = 0) -> list[int]:
        """Amounts of the customer's payments in a window of so many seconds that ends with this one, from a number on."""
        mine = self.members[payment.customer]
        first = bisect_left(mine, max(payment.number - length + 1, since))
        return [self.payments[number].amount for number in mine[first : bisect_left(mine, payment.number + 1)]]

    def _arrivals(self, rule: str, group: Callable[[Payment], Hashable]) -> dict[Hashable, dict[int, int]]:
        first: dict[Hashable, dict[int, int]] = defaultdict(dict)
        for alert in self.alerts[rule]:
            if alert.revision in ON_ARRIVAL:
                mine = first[group(self.payments[alert.number])]
                mine[alert.revision] = min(alert.number, mine.get(alert.revision, COUNT))
        return first


def in_force(number: int, arrivals: dict[int, int]) -> int:
    begun = [revision for revision, slot in BEGINS.items() if slot * SLOT <= number]
    return max(*begun, 0, *(revision for revision, first in arrivals.items() if first <= number))


@pytest.fixture(scope="module")
def seen(kafka: Kafka, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    return Seen(run(kafka.servers, tmp_path_factory.mktemp("load")))


def test_no_transaction_is_lost_and_none_comes_twice(seen: Seen) -> None:
    assert seen.load.stopped == 0
    assert seen.load.published >= 20
    for rule in ("seen", "every"):
        assert sorted(alert.number for alert in seen.alerts[rule]) == list(range(COUNT))
    assert seen.load.outputs["late"] == []


def test_every_alert_carries_the_revision_in_force_at_its_event_time(seen: Seen) -> None:
    """Exactly, for sets with `at`; one without is in force from one transaction of a key on, and for all that is sent once it is known."""
    for alert in seen.alerts["every"]:
        assert alert.revision == seen.revision(seen.payments[alert.number])
    for alert in seen.alerts["seen"]:
        assert alert.revision == in_force(alert.number, seen.stateless[alert.number % 2])
    for found in (seen.keyed, seen.stateless):
        for group, arrivals in found.items():
            mine = seen.members[group] if isinstance(group, str) else range(int(str(group)), COUNT, 2)
            for revision in ON_ARRIVAL:
                assert arrivals[revision] <= next(number for number in mine if number >= seen.load.known[revision])


def test_each_task_says_what_it_accepted_and_what_it_refused_and_why(seen: Seen) -> None:
    said = seen.load.said
    for revision in (*BEGINS, *ON_ARRIVAL, 10):
        accepted = [one for one in said if (one.revision, one.state) == (revision, "accepted")]
        assert {(one.operator, one.task) for one in accepted} == TASKS
        assert {one.reason for one in accepted} == ({"late"} if revision == 9 else {None})
    letters = [json.loads(letter) for letter in seen.load.outputs["dlq"]]
    assert [(letter["offset"], letter["code"]) for letter in letters] == [(offset, code) for offset, code, _ in seen.load.refused]
    for (_, _, reason), letter in zip(seen.load.refused, letters, strict=True):
        assert reason in letter["reason"]
        assert {(one.operator, one.task) for one in said if (one.state, one.reason) == ("refused", letter["reason"])} == TASKS


def test_what_counts_under_every_set_goes_on_through_all_of_them(seen: Seen) -> None:
    for alert in seen.alerts["every"]:
        assert (alert.values, alert.warm) == ({"n": len(seen.within(seen.payments[alert.number], HOUR))}, True)


def test_the_threshold_is_that_of_the_revision(seen: Seen) -> None:
    limits = {alert.number: 98 if alert.revision == 1 else 95 if alert.revision < 9 else 90 for alert in seen.alerts["seen"]}
    wanted = [payment.number for payment in seen.payments if payment.amount >= limits[payment.number]]
    assert sorted(alert.number for alert in seen.alerts["large"]) == wanted
    counted = {alert.number: alert.values["n"] >= (300 if alert.revision < 8 else 305) for alert in seen.alerts["every"]}
    assert {alert.number for alert in seen.alerts["burst"]} == {number for number, many in counted.items() if many}


def test_a_new_window_is_cold_until_it_is_full_kept_within_retire_and_gone_behind_it(seen: Seen) -> None:
    """Revision 4 removes it and 5 brings it back within the hour, with all that came between; behind 6 it comes back too late, in 7."""
    using = [payment for payment in seen.payments if seen.revision(payment) in SPEND]
    found = {alert.number: (alert.values, alert.warm) for alert in seen.alerts["spend"]}
    assert found.keys() == {payment.number for payment in using}
    for payment in using:
        born = (3 if payment.number < 8 * SLOT else 10) * SLOT
        warm = payment.number >= born + 10 * MINUTES
        assert found[payment.number] == ({"s": sum(seen.within(payment, 10 * MINUTES, born))}, warm)
    back = seen.payments[6 * SLOT + 1]
    assert found[back.number][0]["s"] > seen.payments[back.number].amount


def test_a_window_is_born_with_the_set_that_runs_and_not_with_one_that_only_waited(seen: Seen) -> None:
    """Revision 10 waits for slot 15 with the window; 11 takes its place, with slot 14."""
    using = [payment for payment in seen.payments if seen.revision(payment) in WIDE]
    found = {alert.number: (alert.values, alert.warm) for alert in seen.alerts["wide"]}
    assert found == {
        payment.number: ({"m": max(seen.within(payment, 2 * HOUR, 14 * SLOT))}, payment.number >= 14 * SLOT + 2 * HOUR) for payment in using
    }


def test_without_at_a_new_window_is_fed_from_the_swap_on_and_warm_by_the_time_of_publishing(seen: Seen) -> None:
    using = [payment for payment in seen.payments if seen.revision(payment) in NARROW]
    found = {alert.number: (alert.values, alert.warm) for alert in seen.alerts["narrow"]}
    assert found.keys() == {payment.number for payment in using}
    for payment in using:
        least = min(seen.within(payment, 5 * MINUTES, seen.keyed[payment.customer][12]))
        assert found[payment.number] == ({"l": least}, payment.number >= 15 * SLOT + 5 * MINUTES)


def test_a_field_that_a_set_adds_is_read_from_that_set_on(seen: Seen) -> None:
    assert sorted(alert.number for alert in seen.alerts["device"]) == [n for n in range(17 * SLOT, COUNT) if n % 5 == 3]


def test_held_matches_outlive_every_set_but_one_without_their_rule(seen: Seen) -> None:
    """Revision 14 takes the rule away: what it holds at that time never comes out, although 15 brings the rule back."""
    wanted = {}
    for payment in seen.payments:
        if payment.amount != 7 or seen.revision(payment) not in HELD:
            continue
        deadline = payment.number + 20 * MINUTES
        later = [number for number in seen.members[payment.customer] if payment.number < number <= deadline]
        cancelled = payment.number < 18 * SLOT <= deadline
        if not cancelled and all(seen.payments[number].amount != 3 for number in later):
            wanted[payment.number] = seen.revision(payment)
    assert len(wanted) > 100
    assert {alert.number: alert.revision for alert in seen.alerts["held"]} == wanted


def test_the_engine_in_one_process_gives_the_same_bytes(seen: Seen) -> None:
    """Every other customer, alone, fed with the same sets at the same points."""
    stateless = ("seen", "large", "device")
    got = defaultdict(list)
    for line in seen.load.outputs["alerts"]:
        alert = msgspec.json.decode(line, type=Alert)
        if alert.number < COUNT and alert.rule not in stateless:
            got[seen.payments[alert.number].customer].append(line)
    for customer in sorted(seen.members)[::2]:
        numbers = seen.members[customer]
        runner = Runner(seen.load.sets[1].plan, (Source("transactions", "transactions", None, "json", 0),))
        runner.stand(_standing(seen, customer))
        lines = [seen.payments[number].line for number in numbers]
        for first in range(0, len(lines), 512):
            runner.frame(source_frame(0, first, lines[first : first + 512]))
        wanted = [line for line in runner.end().alerts if msgspec.json.decode(line, type=Alert).rule not in stateless]
        assert sorted(got[customer]) == sorted(wanted)


def _standing(seen: Seen, customer: str) -> Standing:
    """The sets as the job took them over, each in force from where it was for this customer."""
    known = begin(Standing((seen.load.sets[1],)))
    chain = {1: known.newest}
    for revision in sorted(seen.load.sets)[1:]:
        found = accept(known, seen.load.sets[revision])
        assert isinstance(found, Accepted)
        known = found.standing
        chain[revision] = known.newest
    at = {revision: instant(slot * SLOT) for revision, slot in BEGINS.items()}
    at |= {revision: instant(number) for revision, number in seen.keyed[customer].items()}
    return Standing(tuple(replace(chain[revision], at=at[revision]) for revision in sorted(at)))


def test_both_tasks_of_an_operator_had_transactions(seen: Seen) -> None:
    last = {(one.operator, one.task): one.event_time for one in seen.load.said}
    assert all(time is not None and time > "2026-01-01T10" for time in last.values())
    assert instant(0) == BEGIN
    assert instant(1) - instant(0) == SECOND
