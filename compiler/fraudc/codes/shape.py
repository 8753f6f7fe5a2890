"""E101 to E119: files that cannot be read as one tree of keys and values."""

from fraudc.diagnostics import Code

NOT_UTF8 = Code(
    "E101",
    "a file that is not UTF-8",
    "Rule files are text in UTF-8. Save the file again with this encoding; most editors offer it in `save as`.",
    "title: Caf\\xe9 terminals",
    "title: Café terminals",
)
CONTROL = Code(
    "E102",
    "a character that cannot be seen",
    "Control characters (and the line ends of old systems) have no place in a rule file: nobody would see them. In a quoted text such a "
    "character can be written as an escape.",
    "title: bell <07>",
    'title: "bell \\x07"',
)
NOT_YAML = Code(
    "E103",
    "a file that is not valid YAML",
    "The file could not be read any further from here. Most often a `:` or a `- ` is missing or too much, the line is indented differently "
    "from its neighbours, or a text with `: `, ` #`, `{`, `[`, `*`, `&` or quotes in it wants quotes around it.",
    "title: probes: then a purchase",
    'title: "probes: then a purchase"',
)
TAB = Code(
    "E104",
    "a tab in the indentation",
    "YAML is indented with spaces. Two a level is the custom here.",
    "rules:\n<tab>- id: big",
    "rules:\n  - id: big",
)
DOCUMENTS = Code(
    "E105",
    "more than one document in a file",
    "A line `---` starts a further document. A rule file holds one; its rules stand in one list.",
    "rules: []\n---\nrules: []",
    "rules: []",
)
DUPLICATE = Code(
    "E106",
    "a key that stands twice",
    "A key stands once in its mapping: of two values one would be lost without a word.",
    "severity: high\nseverity: low",
    "severity: high",
)
ALIAS = Code(
    "E107",
    "an alias of nothing, or of itself",
    "`*name` repeats the value that was marked `&name` further up. The mark must stand above, and not around the alias.",
    "labels: *team",
    "labels: {team: payments}",
)
MERGE = Code(
    "E108",
    "a merge key",
    "`<<` belongs to an older YAML. Write the keys out, so that a rule shows all of itself.",
    "- <<: *base\n  id: big",
    "- id: big\n  severity: high",
)
TAG = Code(
    "E109",
    "a YAML tag",
    "Tags like `!!str` change what a value means. Types come from the schema here, so tags are never needed; text is written in quotes.",
    "title: !!str 2024",
    'title: "2024"',
)
DEEP = Code(
    "E110",
    "values nested too deep",
    "Nothing in a rule file needs more than a few levels; the limit is 64.",
    "labels: {a: {b: {c: {…}}}}",
    "labels: {team: payments}",
)
LARGE = Code(
    "E111",
    "a file that is too large",
    "A rule file may have 1 MiB and 50,000 values, with each alias counted in full. Split it, or keep a long list in a file of its own.",
    "lists:\n  cards: [K1, K2, …]",
    "lists:\n  cards: {file: cards.csv}",
)
LONG = Code(
    "E112",
    "a text that is too long",
    "A single value may have 65,536 characters.",
    'when: card_id in ["K1", "K2", …]',
    "when: card_id in stolen_cards",
)
NOT_JSON = Code(
    "E113",
    "a file that is not valid JSON",
    "A file that ends in .json holds exactly one JSON value: names and texts in double quotes, commas between, no comments, no comma at "
    "the end.",
    "{'version': 1,}",
    '{"version": 1}',
)
NO_KEYS = Code(
    "E114",
    "a file without keys",
    "A rule file is a mapping: `version: 1`, then `rules:` or `lists:`. fraudc.yaml is one with `version`, `schema` and `rules`.",
    "- id: big",
    "version: 1\nrules:\n  - id: big\n    when: amount > 1_000 USD",
)
KEY = Code(
    "E115",
    "a key that is no name",
    "What stands before a `:` is a single name, not a list and not a mapping.",
    "? [a, b]\n: 1",
    "a: 1",
)
NO_FILES = Code(
    "E116",
    "no rule file where one should be",
    "A pattern under `rules:` that matches no file is most often mistyped, and its rules would be missing without a word. Patterns are "
    "relative to fraudc.yaml; `*.test.yaml` and `*.test.json` are never rule files.",
    'rules: ["rule/*.yaml"]',
    'rules: ["rules/*.yaml"]',
)
