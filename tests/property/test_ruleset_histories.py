"""Random histories of edits and rollbacks against a model that replays them window by window."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from fraudc_runtime.rulesets.acceptance import Accepted, Standing, accept
from fraudc_runtime.rulesets.ruleset import Birth, RuleSet, decode, encode
from fraudc_runtime.rulesets.succession import first, succeed
from fraudc_runtime.rulesets.swapping import fed, since
from fraudc_runtime.rulesets.verdicts import verdicts
from ruleset_samples import plan, schema, window

WINDOWS = {name: window(name) for name in "abcd"}
RETIRE = 10
SCHEMA = schema(retire=RETIRE)
Edit = tuple[frozenset[str], int]  # the windows in use, and how many ms after the edit before

edits = st.lists(st.tuples(st.frozensets(st.sampled_from("abcd")), st.integers(0, 2 * RETIRE)), min_size=1, max_size=12)


def history(steps: list[Edit]) -> list[RuleSet]:
    sets = [first(plan(*(WINDOWS[name] for name in sorted(steps[0][0])), schema=SCHEMA))]
    now = 0
    for used, wait in steps[1:]:
        now += wait
        sets.append(succeed(sets[-1], plan(*(WINDOWS[name] for name in sorted(used)), schema=SCHEMA), now))
    return sets


def lives(steps: list[Edit]) -> list[dict[str, Birth]]:
    """Births of the windows in use after each step: a life ends when the window has been out of use for RETIRE or longer."""
    found: list[dict[str, Birth]] = []
    known: dict[str, tuple[Birth, int | None]] = {}  # with the time at which it fell out of use
    now = 0
    for revision, (used, wait) in enumerate(steps, 1):
        now += wait if revision > 1 else 0
        for name, (birth, out) in list(known.items()):
            if out is not None and now >= out + RETIRE:
                del known[name]
            elif name not in used and out is None:
                known[name] = (birth, now)
        for name in used:
            birth = known[name][0] if name in known else Birth(revision, now if revision > 1 else None)
            known[name] = (birth, None)
        found.append({name: known[name][0] for name in used})
    return found


@settings(deadline=None)
@given(edits)
def test_births_are_those_of_the_model(steps: list[Edit]) -> None:
    named = [{s.text: found.births[s.id] for s in found.plan.signatures} for found in history(steps)]
    assert named == lives(steps)


@settings(deadline=None)
@given(edits)
def test_births_and_revisions_only_go_forward_and_what_is_kept_keeps_both(steps: list[Edit]) -> None:
    sets = history(steps)
    for before, after in pairwise(sets):
        known = since(before)
        for id, revision in since(after).items():
            assert revision in (known.get(id, after.revision), after.revision)
            assert revision >= known.get(id, 0)
        for verdict in verdicts(before, after):
            id = verdict.signature.id
            if verdict.verdict == "KEEP":
                assert after.births[id].since == known[id]
            assert (verdict.verdict == "WARM-UP") == (after.births.get(id, Birth(0, None)).since == after.revision)


@settings(deadline=None)
@given(edits)
def test_every_window_is_fed_while_in_use_and_until_it_is_past(steps: list[Edit]) -> None:
    for found in history(steps):
        for t in (found.begins, found.begins + RETIRE - 1, found.begins + RETIRE):
            texts = [signature.text for signature in fed(found, t).signatures]
            assert len(texts) == len(set(texts))
            assert {signature.text for signature in found.plan.signatures} <= set(texts)
        assert fed(found, found.begins + RETIRE).signatures == found.plan.signatures


@settings(deadline=None)
@given(edits)
def test_every_set_of_a_history_is_accepted_in_order_and_none_twice_or_out_of_it(steps: list[Edit]) -> None:
    sets = [decode(encode(found)) for found in history(steps)]
    standing = Standing((sets[0],))
    for at, incoming in enumerate(sets[1:], 1):
        assert all(not isinstance(accept(standing, other), Accepted) for other in sets[at + 1 :])
        found = accept(standing, incoming)
        assert isinstance(found, Accepted)
        standing = found.standing
        assert accept(standing, incoming) == Accepted(standing, again=True)
        assert all(not isinstance(accept(standing, other), Accepted) for other in sets[:at])
