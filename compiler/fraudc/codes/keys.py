"""E120 to E149: keys and values that a rule file or fraudc.yaml cannot have."""

from fraudc.diagnostics import Code

UNKNOWN = Code(
    "E120",
    "an unknown key",
    "Only the keys of the language reference may stand here; a mistyped one would be ignored without a word.",
    "severty: high",
    "severity: high",
)
MISSING = Code(
    "E121",
    "a missing key",
    "This part cannot do without the key. A rule needs an `id`, a file its `version`, a schema `id`, `event_time` and `fields`, and the "
    "detectors their parameters.",
    "detector: velocity\nlimit: 5",
    "detector: velocity\nlimit: 5\nwindow: 10m",
)
TYPE = Code(
    "E122",
    "a value of the wrong kind",
    "A text, a list or a mapping stands where something else belongs. Numbers and `true` are no texts unless they stand in quotes.",
    "labels: [payments]",
    "labels: {team: payments}",
)
EMPTY = Code(
    "E123",
    "an empty value",
    "Behind the key nothing stands, or `null`. A key that is not needed is left out.",
    "cooldown:",
    "cooldown: 30m",
)
CHOICE = Code(
    "E124",
    "a value that is none of the possible ones",
    "This key has a fixed set of values, written in small letters.",
    "severity: urgent",
    "severity: critical",
)
VERSION = Code(
    "E125",
    "an unknown version",
    "`version` is the version of the file's form, not of your rules. There is one so far.",
    "version: 2",
    "version: 1",
)
RULE_ID = Code(
    "E126",
    "a malformed rule id",
    "Ids stand in alerts, topics and file names: a small letter first, then small letters, digits and `-`, 63 characters at most.",
    "id: Card_Testing",
    "id: card-testing",
)
NAME = Code(
    "E127",
    "a malformed name",
    "Expressions read names of fields, lets, lists and entities: letters, digits and `_`, and no digit first. A field that producers call "
    "otherwise gets their name under `aliases`.",
    "card-id: string",
    "card_id: {type: string, aliases: [card-id]}",
)
RESERVED = Code(
    "E128",
    "a name that is a word of the language",
    "and, or, not, in, is, where, over, true, false, missing and match mean something in expressions. A field that producers call so gets "
    "another name, and theirs under `aliases`.",
    "match: bool",
    "matched: {type: bool, aliases: [match]}",
)
DURATION = Code(
    "E129",
    "a malformed duration",
    "Whole numbers with the units w, d, h, m, s and ms, the larger unit first, each once.",
    "cooldown: 1.5h",
    "cooldown: 1h30m",
)
INSTANT = Code(
    "E130",
    "a malformed time",
    "A time is written as in RFC 3339, with an offset from UTC (or Z), in the years 1970 to 9999.",
    "from: 2026-01-01",
    "from: 2026-01-01T00:00:00Z",
)
ROLLOUT = Code(
    "E131",
    "a malformed share",
    "A share of entity keys is a percent from 0% to 100% or a number from 0 to 1.",
    "rollout: 5",
    "rollout: 5%",
)
NUMBER = Code(
    "E132",
    "a number that does not do here",
    "Counts, sizes and ports are whole numbers above 0; exchange rates and factors are decimal numbers above 0, without an exponent.",
    "steps: 0",
    "steps: 3",
)
PARAMETER = Code(
    "E135",
    "a parameter without its detector",
    "`limit`, `window`, `field`, `threshold`, `min_samples`, `steps` and `factor` are parameters of named detectors, and each detector has "
    "its own.",
    "detector: velocity\nlimit: 5\nwindow: 10m\nsteps: 3",
    "detector: velocity\nlimit: 5\nwindow: 10m",
)
SAME_ID = Code(
    "E136",
    "two rules with one id",
    "A rule's id is unique in the whole project, over all its files: alerts and their ids are made of it.",
    "- id: big\n  …\n- id: big",
    "- id: big\n  …\n- id: big-online",
)
SAME_LIST = Code(
    "E137",
    "two lists with one name",
    "Every list is seen in every rule file of the project, so its name is unique in the project.",
    "lists: {risky: [NG]}   # and again in another file",
    "lists: {risky: [NG], watched: [KP]}",
)
FIELD_TYPE = Code(
    "E138",
    "an unknown type",
    "Fields are bool, int, float, money, string or timestamp; a `?` behind it says that a value may be missing.",
    "amount: decimal",
    "amount: money",
)
FIELD = Code(
    "E139",
    "a field that is not declared, or has another type",
    "`id`, `event_time`, `currency_field` and the `key` of an entity name fields that stand under `fields`.",
    "entities: {customer: {key: custmer_id}}",
    "entities: {customer: {key: customer_id}}",
)
IDENTITY = Code(
    "E140",
    "an id or event time that not every transaction has",
    "The id is a string and the event time a timestamp; both are required and stand at the top level, without `?`, `path` and `default`. "
    "Other names for them may stand under `aliases`.",
    "transaction_id: int",
    "transaction_id: string",
)
KEY_FIELD = Code(
    "E141",
    "a key that does not do for an entity",
    "The key of an entity is a field of type string or int, or a list of different ones.",
    "card: {key: amount}",
    "card: {key: card_id}",
)
CURRENCY = Code(
    "E142",
    "an unknown currency",
    "Currencies are the three letters of ISO 4217, with a minor unit. A rate says how many units of the base one unit of the currency is "
    "worth; the base itself has none.",
    "money: {base: US}",
    "money: {base: USD}",
)
NO_MONEY = Code(
    "E143",
    "money without a base currency",
    "Amounts are kept exactly, in the minor unit of one currency: `money:` in the schema names it.",
    "fields: {amount: money}",
    "fields: {amount: money}\nmoney: {base: USD}",
)
DEFAULT = Code(
    "E144",
    "a default of another type",
    "A default is written as a transaction would bring it, and must be a value of the field's type.",
    "channel: {type: string, default: 5}",
    'channel: {type: string, default: "5"}',
)
PATH = Code(
    "E145",
    "a malformed path or alias",
    "A path goes through nested objects with dots, like `card.bin`. Aliases are other names at the top level, each once, and not the "
    "field's own.",
    "card_bin: {type: string, path: card..bin}",
    "card_bin: {type: string, path: card.bin}",
)
CLASH = Code(
    "E146",
    "a name that is taken",
    "An alert shows each money field f also as `original_f`, and a profile row is found by its key: fields and profile fields cannot have "
    "these names.",
    "fields: {amount: money, original_amount: money}",
    "fields: {amount: money, amount_before: money}",
)
SECRET = Code(
    "E147",
    "a secret in the file",
    "Passwords and keys come from the environment (`${NAME}`) or from a file, so that they are in no repository.",
    "security: {sasl.password: hunter2}",
    "security: {sasl.password: ${KAFKA_PASSWORD}}",
)
NO_CONDITION = Code(
    "E148",
    "a rule without a condition",
    "A rule says in `when` which transactions it alerts for, or names a `detector` that does, or both.",
    "- id: big\n  severity: high",
    "- id: big\n  severity: high\n  when: amount > 1_000 USD",
)
