"""W9xx: rules that compile, and that their author may not have meant."""

from fraudc.diagnostics import Code

FOR_EVER = Code(
    "W901",
    "state that is kept for ever",
    "`over all` keeps the numbers of a key for ever, also of a customer who never comes back. With `forget` in fraudc.yaml, a key "
    "that has been silent for so long starts anew and its state goes.",
    "entities:\n  customer: {key: customer_id}",
    "entities:\n  customer: {key: customer_id, forget: 400d}",
)

UNUSED_LIST = Code(
    "W902",
    "a list that nothing looks into",
    "No rule has the list behind `in`. Either a rule lost its condition, or the list can go.",
    "lists:\n  risky: [NG, KP]\nrules:\n  - id: large\n    when: amount > 9_000 USD",
    "lists:\n  risky: [NG, KP]\nrules:\n  - id: large\n    when: amount > 9_000 USD and country in risky",
)
UNUSED_LET = Code(
    "W903",
    "a let that nothing reads",
    "Neither `when`, nor `unless`, nor the message, nor a later let reads it. It is computed for every transaction and shown in "
    "the values of every alert; where that is what it is for, say so in a comment: `# fraudc: ignore[W903] shown to the "
    "investigator`.",
    "let:\n  tries: count() over 10m\nwhen: amount > 9_000 USD",
    "let:\n  tries: count() over 10m\nwhen: amount > 9_000 USD and tries > 3",
    note=True,
)
UNUSED_FIELDS = Code(
    "W904",
    "fields that no rule reads",
    "They are decoded, checked and shown in every alert, and decide nothing. A field that is sometimes malformed sends whole "
    "transactions to the dead letters, so what no rule needs may better be left out of the schema.",
    "fields: {id: string, at: timestamp, amount: money, colour: string}",
    "fields: {id: string, at: timestamp, amount: money}",
    note=True,
)
EQUAL_FLOATS = Code(
    "W905",
    "floats compared for equality",
    "Numbers with decimals are rounded when they are computed: 0.1 + 0.2 is not 0.3. An equality that should hold may "
    "fail by the last digit.",
    "when: score + bonus == 0.3",
    "when: abs(score + bonus - 0.3) < 0.001",
)
NEVER = Code(
    "W906",
    "a condition that is never true",
    "No transaction can make it true: it contradicts itself, or its threshold lies where no value ever is. "
    "It is proved from the rule alone.",
    "when: hour(event_time) > 23",
    "when: hour(event_time) == 23",
)
ALWAYS = Code(
    "W907",
    "a clause that is always true",
    "Every transaction makes it true, so it decides nothing: a count of a window that holds the current transaction is at least 1.",
    "when: count() over 1h >= 1 and amount > 9_000 USD",
    "when: count() over 1h > 1 and amount > 9_000 USD",
)
TOO_LARGE = Code(
    "W908",
    "a window larger than a task can hold",
    "With the numbers given by `--keys` and `--rate` the window's members need more disk than one task usually has. Panes "
    "(`every`) keep a few numbers a key in place of every member.",
    "when: sum(amount) over 90d > 50_000 USD",
    "when: sum(amount) over 90d every 1d > 50_000 USD",
)
UNTESTED = Code(
    "W909",
    "a rule without a test",
    "Other rules of the project have tests, and this one has none: nobody would notice if an edit broke it.",
    "rules:\n  - id: large\n    when: amount > 9_000 USD",
    "tests:\n  - name: a large amount\n    rules: [large]\n    transactions: [{at: 0s, id: big, amount: 9001}]\n"
    "    alerts: [{rule: large, transaction: big}]",
)
MAY_BE_MISSING = Code(
    "W910",
    "a message that names what may be missing",
    "Where the value is not there, the message says `missing` in its place.",
    'message: "bought at {merchant_id}"',
    'let:\n  shop: merchant_id ?? "an unknown shop"\nmessage: "bought at {shop}"',
    note=True,
)
LONG_COOLDOWN = Code(
    "W911",
    "a cooldown longer than its window",
    "When the pause is over, nothing that the window counted before is still in it. A wave that goes on is told once in the "
    "cooldown, and a second wave within it not at all.",
    "when: count() over 5m > 10\ncooldown: 1d",
    "when: count() over 5m > 10\ncooldown: 5m",
    note=True,
)
BAD_IGNORE = Code(
    "W912",
    "a comment that ignores nothing, or does not say why",
    "`# fraudc: ignore[W905] reason` stands behind what it is about, or in the line above. The reason is for whoever reads the rule next.",
    "when: score == 0.5  # fraudc: ignore[W905]",
    "when: score == 0.5  # fraudc: ignore[W905] the scorer gives halves only",
)
