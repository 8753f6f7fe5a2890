"""E4xx: what cannot be planned: windows, entities, and where aggregates may stand."""

from fraudc.diagnostics import Code

NO_WINDOW = Code(
    "E401",
    "an aggregate without a window",
    "An aggregate says over which transactions it looks: behind its parentheses stands `over` and a window.",
    "when: count() > 3",
    "when: count() over 10m > 3",
)
UNBOUNDED = Code(
    "E402",
    "state that would grow for ever",
    "A median or percentile needs every value of its window, and `over all` never lets one go.",
    "when: amount > median(amount) over all",
    "when: amount > median(amount) over 90d",
)
NO_PANES = Code(
    "E403",
    "an aggregate that has no panes",
    "`every` keeps a few numbers for each step. `median` and `percentile` need the values themselves, `rising` their order.",
    "when: amount > median(amount) over 1d every 1h",
    "when: amount > median(amount) over 1d",
)
NEEDLESS_EXCLUSION = Code(
    "E404",
    "`excluding current` where it has no meaning",
    "`prev` and `zscore` leave the current one out by themselves, and `rising` ends with it.",
    "when: zscore(amount) over 90d excluding current > 3",
    "when: zscore(amount) over 90d > 3",
)
NEEDS_ENTITY = Code(
    "E405",
    "something that only rules by an entity have",
    "A rule without `by` looks at one transaction alone: it has no windows, no cooldown, no `unless`, no rollout and no profile.",
    "when: count() over 10m > 3",
    "by: customer\nwhen: count() over 10m > 3",
)
OTHER_PROFILE = Code(
    "E406",
    "another entity's profile",
    "A rule sees the profile of the entity that it is `by`.",
    'by: card\nwhen: customer.segment == "vip"',
    'by: customer\nwhen: customer.segment == "vip"',
)
NESTED_AGGREGATE = Code(
    "E407",
    "an aggregate inside an aggregate",
    "What an aggregate looks at is computed when each member comes in, from its own fields, profile and functions of them.",
    "when: max(count() over 1h) over 1d > 5",
    "when: count() over 1h > 5",
)
NOT_IN_WHERE = Code(
    "E408",
    "an aggregate or a let in `where`",
    "`where` decides which transactions the rule sees at all, before its windows and lets exist. It reads fields and the profile.",
    "where: count() over 1h > 3",
    "when: count() over 1h > 3",
)
NOT_IN_UNLESS = Code(
    "E409",
    "an aggregate in `unless`",
    "`unless` looks at a later transaction and the one that matched. It reads fields, the profile and lets without aggregates.",
    "unless: count() over 1h > 3\nwithin: 10m",
    'unless: type == "refund"\nwithin: 10m',
)
UNLESS_AND_WITHIN = Code(
    "E410",
    "`unless` without `within`, or the reverse",
    "`unless` says what cancels an alert, `within` how long to wait for it. Neither means anything alone.",
    'unless: type == "refund"',
    'unless: type == "refund"\nwithin: 10m',
)
BAD_DELAY = Code(
    "E411",
    "a delay that this window cannot have",
    "`delayed by` shifts windows that move: not `tumbling`, `all` or `rising`. It is above 0, and with `every` a multiple of the step.",
    "when: count() over tumbling 1d delayed by 1d > 3",
    "when: count() over 1d delayed by 1d > 3",
)
BAD_WINDOW = Code(
    "E412",
    "a window of an impossible size",
    "Windows and steps are above 0 and at most 10,000 years; a window with `every` is a multiple of its step; a tumbling window in a zone "
    "is a number of days.",
    "when: count() over 1h every 7m > 3",
    "when: count() over 1h every 5m > 3",
)
EMPTY_PERIOD = Code(
    "E413",
    "a period that ends before it begins",
    "`from` is the first instant at which a rule alerts, `until` the first at which it does not any more.",
    "from: 2027-01-01T00:00:00Z\nuntil: 2026-01-01T00:00:00Z",
    "from: 2026-01-01T00:00:00Z\nuntil: 2027-01-01T00:00:00Z",
)
NOT_IN_LIMIT = Code(
    "E414",
    "an aggregate in a detector's limit",
    "`limit` and `threshold` are expressions without aggregates. They may read the rule's lets, which may hold some.",
    "limit: 3 * avg(amount) over 90d",
    "let: {usual: avg(amount) over 90d}\nlimit: 3 * usual",
)
TOO_LARGE = Code(
    "E415",
    "an aggregate over a huge expression",
    "The lets that an aggregate reads are written out in it; this one would then have more than 10000 parts, or more than 200 operators "
    "inside each other.",
    "let: {a: amount + amount, b: a + a, …}",
    "let: {a: amount * 1024}",
)

CODES = (
    NO_WINDOW, UNBOUNDED, NO_PANES, NEEDLESS_EXCLUSION, NEEDS_ENTITY, OTHER_PROFILE, NESTED_AGGREGATE, NOT_IN_WHERE, NOT_IN_UNLESS,
    UNLESS_AND_WITHIN, BAD_DELAY, BAD_WINDOW, EMPTY_PERIOD, NOT_IN_LIMIT, TOO_LARGE,
)  # fmt: skip
