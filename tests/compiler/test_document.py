"""Documents: what each key of fraudc.yaml and of a rule becomes, and which mistakes are found where."""

import pytest

from fraudc.diagnostics import Diagnostics
from fraudc.document import Document, FieldType, ProjectDocument, RuleDocument, RuleFileDocument, read_project_document, read_rule_document
from fraudc.document.defaults import default_text
from fraudc.load import load

SCHEMA = """\
version: 1
schema:
  id: transaction_id
  event_time: event_time
  fields:
    transaction_id: string
    event_time: timestamp
    customer_id: int
    card_id: string?
    amount: money
    currency: string
    %s
  money: {currency_field: currency, base: USD, rates: {EUR: 1.080, JPY: "0.0067"}}
  entities:
    customer: {key: customer_id, profile: {home_country: string?, credit_limit: money}, forget: 400d}
    both: {key: [customer_id, card_id]}
rules: ["rules/*.yaml"]
"""


def project(text: str) -> tuple[Document[ProjectDocument] | None, list[tuple[str, str]]]:
    diagnostics = Diagnostics()
    file, root = load("fraudc.yaml", text.encode(), diagnostics)
    assert root is not None
    document = read_project_document(file, root, diagnostics)
    return document, codes(diagnostics)


def rule_file(text: str) -> tuple[Document[RuleFileDocument] | None, list[tuple[str, str]]]:
    diagnostics = Diagnostics()
    file, root = load("rule.yaml", text.encode(), diagnostics)
    assert root is not None
    document = read_rule_document(file, root, diagnostics)
    return document, codes(diagnostics)


def codes(diagnostics: Diagnostics) -> list[tuple[str, str]]:
    """(code, the text at its place)."""
    return [(one.code.code, one.span.file.text[one.span.start : one.span.end]) for one in diagnostics.ordered() if one.span]


def rule(lines: str) -> tuple[RuleDocument, list[tuple[str, str]]]:
    document, found = rule_file(
        "version: 1\nrules:\n  - id: large\n    when: amount > 5 USD\n" + "".join(f"    {line}\n" for line in lines.split("\n"))
    )
    assert document is not None
    content = document.content.rules[0]
    assert content is not None
    return content, found


def test_a_schema_becomes_values() -> None:
    document, found = project(SCHEMA % "card_bin: {type: string?, path: card.bin, aliases: [bin]}")
    assert found == []
    assert document is not None
    schema = document.content.transactions
    assert schema.fields["card_bin"].type == FieldType("string", True)
    assert (schema.fields["card_bin"].path, schema.fields["card_bin"].aliases) == (("card", "bin"), ["bin"])
    assert schema.money is not None
    assert (schema.money.base, schema.money.rates) == ("USD", {"EUR": "1.08", "JPY": "0.0067"})
    assert schema.entities["customer"].key == ["customer_id"]
    assert schema.entities["customer"].profile["credit_limit"] == FieldType("money", False)
    assert schema.entities["customer"].forget == 400 * 86_400_000
    assert schema.entities["both"].key == ["customer_id", "card_id"]
    assert (schema.dedupe, schema.max_disorder, schema.idle, schema.retire, schema.max_future) == (
        3_600_000,
        5_000,
        10_000,
        86_400_000,
        600_000,
    )


SCHEMA_MISTAKES = [
    ("channel: strin", [("E138", "strin")]),
    ("over: string", [("E128", "over")]),
    ("1st: string", [("E127", "1st")]),
    ("a b: string", [("E127", "a b")]),
    ("channel: {typ: string}", [("E121", "channel"), ("E120", "typ")]),
    ("channel: {type: string, aliases: [channel]}", [("E145", "channel")]),
    ("channel: {type: string, aliases: [a, a]}", [("E145", "a")]),
    ('channel: {type: string, path: ""}', [("E145", '""')]),
    ("channel: [string]", [("E122", "[string]")]),
    ("channel: {type: string, default: [a]}", [("E122", "[a]")]),
    ("channel: {type: int, default: 1.0}", [("E144", "1.0")]),
    ("channel: {type: bool, default: no}", [("E144", "no")]),
    ("channel: {type: money, default: 5 USD}", [("E144", "5 USD")]),
    ("channel: {type: timestamp, default: 2026-01-01}", [("E144", "2026-01-01")]),
    ("original_amount: string?", [("E146", "original_amount")]),
]


@pytest.mark.parametrize(("line", "expected"), SCHEMA_MISTAKES, ids=[line for line, _ in SCHEMA_MISTAKES])
def test_a_field_with_a_mistake_is_reported_at_its_place(line: str, expected: list[tuple[str, str]]) -> None:
    assert project(SCHEMA % line)[1] == expected


REPLACED = [
    ("id: transaction_id", "id: card_id", [("E140", "string?")]),
    ("event_time: event_time", "event_time: amount", [("E140", "money")]),
    ("event_time: timestamp", "event_time: {type: timestamp, path: a.b}", [("E140", "path")]),
    ("transaction_id: string", 'transaction_id: {type: string, default: "x"}', [("E140", "default")]),
    ("currency_field: currency", "currency_field: customer_id", [("E139", "customer_id")]),
    ("currency_field: currency", "currency_field: curency", [("E139", "curency")]),
    ("base: USD", "base: XAU", [("E142", "XAU")]),
    ("base: USD", "base: usd", [("E142", "usd")]),
    ("EUR: 1.080", "EUR: 1e-100", [("E132", "1e-100")]),
    ("EUR: 1.080", "EUR: 0", [("E132", "0")]),
    ("EUR: 1.080", "EUR: -1", [("E132", "-1")]),
    ("EUR: 1.080", "USD: 2", [("E142", "2")]),
    ("key: customer_id,", "key: amount,", [("E141", "amount")]),
    ("key: customer_id,", "key: [],", [("E141", "[]")]),
    ("[customer_id, card_id]", "[card_id, card_id]", [("E141", "card_id")]),
    ("home_country: string?", "customer_id: string?", [("E146", "customer_id")]),
    ("forget: 400d", "forget: 0s", [("E129", "0s")]),
    ("forget: 400d", "forget: 1y", [("E129", "1y")]),
    ('["rules/*.yaml"]', "rules/*.yaml", [("E122", "rules/*.yaml")]),
    ("version: 1", 'version: "1"', [("E125", '"1"')]),
    ("version: 1", "version: true", [("E125", "true")]),
    ("rules:", "job: {parallelism: 0, metrics: {port: 70000}}\nrules:", [("E132", "0"), ("E132", "70000")]),
    ("rules:", "job: {state_backend: disk}\nrules:", [("E124", "disk")]),
    ("rules:", "job: {kafka: {bootstrap_servers: a, security: {sasl.jaas.config: x}}}\nrules:", [("E147", "*")]),
    ("rules:", "job: {kafka: {bootstrap_servers: a, security: {ssl.key.password: '${KEY}', x: true}}}\nrules:", []),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), REPLACED, ids=[new for _, new, _ in REPLACED])
def test_a_schema_with_a_mistake_is_reported_at_its_place(old: str, new: str, expected: list[tuple[str, str]]) -> None:
    text = SCHEMA % "channel: string"
    assert old in text
    assert project(text.replace(old, new, 1))[1] == expected


def test_a_rule_becomes_values() -> None:
    content, found = rule(
        "title: Large\nseverity: high\nby: card\nlet: {n: 5}\ncooldown: 1h30m\nunless: true\nwithin: 500ms\nmode: shadow\nrollout: 12.5%\n"
        "from: 2026-01-01T00:00:00+01:00\nuntil: 2026-01-01T00:00:00.0009Z\nlabels: {team: NO}\nmessage: 5"
    )
    assert found == []
    assert (content.title, content.severity, content.by, content.mode, content.rollout) == ("Large", "high", "card", "shadow", "0.125")
    assert (content.cooldown, content.within) == (5_400_000, 500)
    assert (content.start, content.end) == (1_767_222_000_000, 1_767_225_600_000)
    assert content.labels == {"team": "NO"}
    expressions = (content.let["n"], content.unless, content.message, content.when)
    assert [fragment.text for fragment in expressions if fragment] == ["5", "true", "5", "amount > 5 USD"]


def test_a_rule_without_anything_optional_has_its_defaults() -> None:
    content, _ = rule("title: x")
    assert (content.severity, content.mode, content.rollout, content.by, content.labels) == ("medium", "live", None, None, {})


RULE_MISTAKES = [
    ("severity: High", [("E124", "High")]),
    ("mode: on", [("E124", "on")]),
    ("rollout: 101%", [("E131", "101%")]),
    ("rollout: -1%", [("E131", "-1%")]),
    ("rollout: 1.5", [("E131", "1.5")]),
    ("cooldown: 5", [("E129", "5")]),
    ("cooldown: 30m1h", [("E129", "30m1h")]),
    ("cooldown: 1h1h", [("E129", "1h1h")]),
    ("cooldown: 99999999999999w", [("E129", "99999999999999w")]),
    ("from: 2026-01-01T00:00:00", [("E130", "2026-01-01T00:00:00")]),
    ("from: 2026-02-30T00:00:00Z", [("E130", "2026-02-30T00:00:00Z")]),
    ("from: 1969-12-31T23:59:59Z", [("E130", "1969-12-31T23:59:59Z")]),
    ("labels: {team: 5}", [("E122", "5")]),
    ("title: true", [("E122", "true")]),
    ("let: [a]", [("E122", "[a]")]),
    ("let: {in: 5}", [("E128", "in")]),
    ("let: {a: {b: c}}", [("E122", "{b: c}")]),
    ("limit: 5", [("E135", "limit")]),
    ("detector: high_valu\nlimit: 5", [("E124", "high_valu")]),
    ("detector: high_value", [("E121", "high_value")]),
    ("detector: high_value\nlimit: 5\nfactor: 2", [("E135", "factor")]),
    ("detector: rapid_escalation\nsteps: 2.5\nfactor: -1", [("E132", "2.5"), ("E132", "-1")]),
    ("conditon: x\nname: y", [("E120", "conditon"), ("E120", "name")]),
]


@pytest.mark.parametrize(("lines", "expected"), RULE_MISTAKES, ids=[lines for lines, _ in RULE_MISTAKES])
def test_a_rule_with_a_mistake_is_reported_at_its_place(lines: str, expected: list[tuple[str, str]]) -> None:
    assert rule(lines)[1] == expected


def test_a_mistake_in_one_key_leaves_the_others_of_its_rule() -> None:
    content, _ = rule("severity: urgent\ntitel: x\ncooldown: 5m\nlet: {a: 1, in: 2}")
    assert (content.severity, content.cooldown, list(content.let)) == ("medium", 300_000, ["a"])


def test_a_rule_that_is_no_mapping_keeps_its_place_empty() -> None:
    document, found = rule_file("version: 1\nrules:\n  - large\n  - {id: small, when: true}\n")
    assert found == [("E122", "large")]
    assert document is not None
    assert [content and content.id for content in document.content.rules] == [None, "small"]


def test_places_are_asked_for_by_path() -> None:
    document, _ = rule_file("version: 1\nlists: {a: [x, 'y']}\nrules:\n  - id: large\n    when: 'a'\n")
    assert document is not None
    assert document.file.position(document.span(("rules", 0, "when")).start) == (5, 11)
    assert document.file.position(document.key_span(("rules", 0, "when")).start) == (5, 5)
    assert document.file.position(document.span(("lists", "a", "values", 1)).start) == (2, 16)
    assert document.fragment(("rules", 0, "when")).text == "a"
    assert document.has(("rules", 0, "when"))
    assert not document.has(("rules", 0, "where"))


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ("{type: string, default: NO}", '"NO"'),
        ("{type: bool, default: true}", "true"),
        ("{type: int, default: +5}", "5"),
        ("{type: float, default: 1e3}", "1e3"),
        ("{type: float, default: .5}", "0.5"),
        ("{type: money, default: 0.50}", "0.50"),
        ("{type: timestamp, default: 2026-01-01T00:00:00Z}", '"2026-01-01T00:00:00Z"'),
        ("{type: timestamp, default: 0}", "0"),
    ],
)
def test_a_default_is_json_as_a_transaction_would_bring_it(declared: str, expected: str) -> None:
    document, found = project(SCHEMA % f"channel: {declared}")
    assert found == []
    assert document is not None
    field = document.content.transactions.fields["channel"]
    assert field.default is not None
    assert default_text(field.default, field.type) == expected
