"""A PlanView in, text for a terminal out: the summary, a tree for each entity, the stateless rules, the physical graph."""

from fraudc.show.amounts import bytes_text
from fraudc.show.model import EntityView, PlanView, RuleView, WindowView
from fraudc.show.wording import (
    aggregate_text,
    assumption_text,
    borrowed,
    rule_state,
    rule_terms,
    sharing_text,
    some,
    summary_text,
    window_state,
)
from fraudc_runtime.graph import Graph

Row = tuple[str, ...]


def as_text(view: PlanView) -> str:
    """Lines of any length (a condition is never cut), ending with a line end."""
    lines = [summary_text(view), assumption_text(view)]
    for entity in view.entities:
        lines += ["", *_entity(entity)]
    if view.stateless:
        lines += ["", "stateless: tested once for each valid transaction, no state", *_rules(view.stateless, "")]
    if view.unused:
        lines += ["", f"no rule is by: {', '.join(view.unused)}"]
    return "\n".join([*lines, "", *_job(view.job)]) + "\n"


def columns(rows: list[Row], gap: str = "  ") -> list[str]:
    """Rows of cells of one length -> lines whose columns stand below each other; a column that is empty everywhere goes."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    kept = [at for at, width in enumerate(widths) if width]
    return [gap.join(row[at].ljust(widths[at]) for at in kept).rstrip() for row in rows]


def _entity(entity: EntityView) -> list[str]:
    head = f"{entity.name} [{', '.join(entity.key)}]  about {bytes_text(entity.bytes)} a key"
    windows = [f"├─ {line}" for line in columns([_window(window) for window in entity.windows])]
    return [head, *windows, "└─ rules", *_rules(entity.rules, "   ")]


def _window(window: WindowView) -> Row:
    return (
        window.name,
        f"{aggregate_text(window)} {window.over}",
        f"where {window.where}" if window.where else "",
        f"shares {borrowed(window)} of {window.shares}" if window.shares else "",
        window_state(window),
        window.cost,
        some(window.rules),
    )


def _rules(rules: tuple[RuleView, ...], indent: str) -> list[str]:
    heads = columns([(rule.id, rule.severity, "; ".join((rule.condition, *rule_terms(rule)))) for rule in rules])
    lines = []
    for at, (rule, head) in enumerate(zip(rules, heads, strict=True), 1):
        last = at == len(rules)
        lines.append(f"{indent}{'└─' if last else '├─'} {head}")
        lines += [f"{indent}{' ' if last else '│'}     {detail}" for detail in _details(rule)]
    return lines


def _details(rule: RuleView) -> list[str]:
    where = f"where {rule.where}" if rule.where else ""
    lets = ", ".join(f"{name} = {value}" for name, value in rule.lets)
    shares = "; ".join(sharing_text(sharing) for sharing in rule.shares)
    return [
        line
        for line in (
            f"({rule.detector})" if rule.detector else "",
            where,
            f"let {lets}" if lets else "",
            f"shares {shares}" if shares else "",
            f"{rule_state(rule)}, {rule.cost}",
        )
        if line
    ]


def _job(job: Graph) -> list[str]:
    targets = {operator.uid: [edge.target for edge in job.edges if edge.source == operator.uid] for operator in job.operators}
    rows: list[Row] = [("uid", "in", "parallelism", "sends to", "does", "state")]
    for operator in job.operators:
        parallelism = "1" if operator.parallelism == "one" else "job's"
        rows.append((operator.uid, operator.language, parallelism, ", ".join(targets[operator.uid]), operator.does, operator.state))
    return [f"job {job.name}", *(f"  {line}" for line in columns(rows))]
