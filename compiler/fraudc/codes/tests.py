"""E150 to E169: what a test file says of rules, transactions and alerts, and cannot mean."""

from fraudc.diagnostics import Code

NO_RULE = Code(
    "E150",
    "a test of a rule that does not exist",
    "`rules:` and the `rule:` of an expected alert name rules of the project by their ids; the rule of an alert is one that the test runs.",
    "alerts: [{rule: card-tesing, transaction: big}]",
    "alerts: [{rule: card-testing, transaction: big}]",
)
NO_TRANSACTION = Code(
    "E151",
    "an alert for a transaction that the test does not have",
    "`transaction:` is an id of the same test: one that `id:` gives, or one that is made: t0001, t0002 and so on, in the order of the "
    "transactions that have no id of their own.",
    "alerts: [{rule: card-testing, transaction: bgi}]",
    "alerts: [{rule: card-testing, transaction: big}]",
)
UNKNOWN_FIELD = Code(
    "E152",
    "a field that nothing has",
    "A transaction has the schema's fields, under their own names or as producers write them (aliases, nested objects), and `at`, `times`, "
    "`every` and `id`. A profile row has the entity's key and profile fields. `values` has the rule's lets and the fields in its alert.",
    "transactions: [{at: 0s, amout: 210}]",
    "transactions: [{at: 0s, amount: 210}]",
)
WRONG_VALUE = Code(
    "E153",
    "a value of another type",
    "Values are written as a transaction brings them: money as an amount without its currency, numbers and true or false without quotes, "
    "text that looks like a number in quotes. In `values`, durations are written like `10m`, or in seconds.",
    "transactions: [{at: 0s, amount: 210 USD}]",
    "transactions: [{at: 0s, amount: 210, currency: USD}]",
)
NOT_GIVEN = Code(
    "E154",
    "a field that a tested rule reads and no transaction brings",
    "A required field that no rule of the test reads may be left out: it is made up. One that a rule reads decides about its alerts, so "
    "the test says what it is: in the transaction, or in `defaults` for all of them.",
    "transactions: [{at: 0s, card_id: K1}]",
    "transactions: [{at: 0s, card_id: K1, amount: 210}]",
)
SAME_NAME = Code(
    "E155",
    "two tests with one name",
    "Failures and reports name a test by its name, which is unique in its file.",
    "tests: [{name: fires, …}, {name: fires, …}]",
    "tests: [{name: fires, …}, {name: stays silent, …}]",
)
REPEATED = Code(
    "E156",
    "a repetition without its number, or too many",
    "`every: 30s` is the time between two of the `times: 3` transactions that one line stands for. A test has at most 100,000 "
    "transactions.",
    "transactions: [{at: 0s, every: 30s, amount: 1}]",
    "transactions: [{at: 0s, times: 3, every: 30s, amount: 1}]",
)
BAD_INPUT = Code(
    "E157",
    "a transaction or profile row that would be bad input",
    "The job would send it to the dead letters, so no rule would see it: a required field is null, an amount has more decimals than its "
    "currency, the project has no rate for the currency, or the time lies beyond the year 9999.",
    "transactions: [{at: 0s, amount: 0.001, currency: USD}]",
    "transactions: [{at: 0s, amount: 0.01, currency: USD}]",
)
NO_ENTITY = Code(
    "E158",
    "profile rows of an entity that has no profile",
    "`profiles:` holds rows by entity, for entities whose `profile:` the schema declares.",
    "profiles: {card: [{card_id: K1}]}",
    "profiles: {customer: [{customer_id: C1, home_country: FR}]}",
)
