"""Whatever stands in a rule, the compiler answers with diagnostics or a plan that can be written and read; it never raises."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiling import checked
from fraudc.optimize import optimize
from fraudc.planner import plan
from fraudc_runtime.plan import decode, encode

WORDS = """
( ) [ ] , . + - * / % < > == != <= >= ?? ; = ! & | ' " \\
and or not in is where over true false missing match all every tumbling excluding current delayed by present
amount fee n x flag text country at seen customer card customer.segment match.amount high unknown let_a
count sum avg min prev median percentile zscore rising if round matches hour least in_network length
0 5 2.5 1e3 1e999 5% 5USD 0.001USD 5XYZ 9223372036854775808 1h 0s 30m1h 5x 'ecom' 'Europe/Paris' '(' '10.0.0.0/8' \u00e9
"""
PHRASES = (
    "5_000 USD",
    "count() over 1h",
    "sum(amount) over 1h every 5m",
    "over tumbling 1d",
    "excluding current",
    "is missing",
    "not in",
    "\n",
)
TOKENS = st.sampled_from([*WORDS.split(), *PHRASES])
TEXTS = st.lists(TOKENS, max_size=14).map(" ".join) | st.text(max_size=20) | st.lists(TOKENS, max_size=10).map("".join)


def compiles_or_reports(rule: dict[str, object]) -> None:
    project, mistakes = checked(rule, {"high": ["NG", "5"]})
    if mistakes:
        return
    found = optimize(plan(project))
    assert decode(encode(found)) == found


@settings(max_examples=400, deadline=None)
@given(TEXTS, TEXTS, TEXTS)
def test_any_text_is_answered(where: str, let: str, when: str) -> None:
    compiles_or_reports(
        {"by": "customer", "where": where, "let": {"let_a": let}, "when": when, "unless": let, "within": "5m", "message": when}
    )


@settings(max_examples=100, deadline=None)
@given(TEXTS, TEXTS, st.sampled_from(["velocity", "spending_velocity", "customer_profile", "rapid_escalation", "high_value"]))
def test_any_parameter_is_answered(limit: str, window: str, detector: str) -> None:
    keys = {"high_value": ("limit",), "velocity": ("limit", "window"), "spending_velocity": ("limit", "window")}
    given_ = {"limit": limit, "window": window, "threshold": limit}
    wanted = keys.get(detector, ("window", "threshold") if detector == "customer_profile" else ("window",))
    compiles_or_reports({"by": "customer", "detector": detector, **{key: given_[key] for key in wanted}})


NESTS = {
    "arithmetic": ("(n + 2 * ", "n", ")", " > 3"),
    "three operators a level": ("(n ?? n + 2 * ", "n", ")", " > 3"),
    "logic": ("(flag or flag and 1 == 1 and ", "flag", ")", ""),
    "branches": ("if(flag, 1, ", "n", ")", " > 3"),
    "conditions": ("if(", "flag", ", flag, flag)", ""),
    "least": ("least(n, 1 + ", "n", ")", " > 3"),
    "not": ("not ", "flag", "", ""),
    "minus": ("-", "n", "", " > 3"),
}


@pytest.mark.parametrize(("opens", "core", "closes", "behind"), NESTS.values(), ids=NESTS)
def test_64_levels_compile_and_65_do_not(opens: str, core: str, closes: str, behind: str) -> None:
    compiles = {"by": "customer", "when": opens * 64 + core + closes * 64 + behind}
    project, mistakes = checked(compiles)
    assert not mistakes
    found = optimize(plan(project))
    assert decode(encode(found)) == found
    _, mistakes = checked({"when": opens * 65 + core + closes * 65 + behind})
    assert [one.code.code for one in mistakes] == ["E211"]


HOSTILE: dict[str, dict[str, object]] = {
    "a long list": {"when": "n in [" + "1," * 4000 + "1]"},
    "a long condition": {"when": " or ".join(["n > 1"] * 900)},
    "many aggregates": {"when": " or ".join(["count() over 1h > 3"] * 350)},
    "many unknown names": {"when": " + ".join(["abcdefgh"] * 700)},
    "a pattern that repeats": {"when": "matches(text, '" + "(a{1000}){1000}" + "')"},
    "a pattern of groups": {"when": "matches(text, '" + "(a*)*" * 1500 + "')"},
    "an open pattern": {"when": "matches(text, '" + "(" * 8_000 + "')"},
    "lets that double": {"let": {f"a{i}": f"a{i - 1} + a{i - 1}" if i else "n + n" for i in range(200)}, "when": "sum(a199) over 1h > 5"},
    "a message of holes": {"when": "flag", "message": "{n}" * 20_000},
    "a message of braces": {"when": "flag", "message": "{" * 60_001},
}


@pytest.mark.parametrize("keys", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_rule_is_answered_within_a_second(keys: dict[str, object]) -> None:
    started = time.process_time()
    project, mistakes = checked({"by": "customer", **keys})
    if not mistakes:
        optimize(plan(project))
    assert time.process_time() - started < 1
    assert all(len(found.message) < 300 and len(found.label) < 300 for found in mistakes)
