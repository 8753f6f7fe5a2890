"""A PlanView in, one self-contained HTML page out: both graphs drawn, tables of windows, rules and operators; nothing is fetched."""

from collections.abc import Iterable
from html import escape
from importlib.resources import files

from fraudc.show.amounts import bytes_text
from fraudc.show.drawing import entity_id, logical, physical, rule_id
from fraudc.show.model import EntityView, PlanView, RuleView, WindowView
from fraudc.show.svg import as_svg
from fraudc.show.wording import aggregate_text, assumption_text, borrowed, rule_state, rule_terms, sharing_text, summary_text, window_state
from fraudc_runtime.graph import Graph

_WINDOW_HEADS = ("Window", "Aggregate", "Where", "Shares", "State a key", "Cost", "Rules")
_RULE_HEADS = ("Rule", "By", "Condition", "Terms", "Shares", "State a key", "Cost")
_OPERATOR_HEADS = ("uid", "In", "Parallelism", "Sends to", "Does", "State")


def as_html(view: PlanView) -> str:
    """A whole document, ending with a line end."""
    title = f"{view.project}: plan of revision {view.revision}"
    graph = logical(view)
    parts = [
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{escape(title)}</title>',
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="color-scheme" content="light dark">',
        f"<style>\n{_style()}</style>\n</head>\n<body>",
        f"<header>\n<h1>{escape(title)}</h1>\n<p>{escape(summary_text(view))}.</p>\n<p>{escape(assumption_text(view))}</p>\n</header>",
        _navigation(view),
        "<main>",
        _section("graph", "From entities to rules", _figure(as_svg(graph, "logical", "Entities, windows and rules"), _LEGEND)),
        *map(_entity, view.entities),
        _section("rules", "Rules", _table("All rules", _RULE_HEADS, map(_rule_row, view.rules))),
        _unused(view),
        _job(view.job),
        "</main>\n</body>\n</html>\n",
    ]
    return "\n".join(part for part in parts if part)


_LEGEND = (
    "Windows are what takes state, once for each entity key. Rules read them. A dashed arrow leads to a window that borrows the members "
    "of another. Each box is a link to its row below."
)


def _style() -> str:
    return files("fraudc.show").joinpath("page.css").read_text(encoding="utf-8")


def _navigation(view: PlanView) -> str:
    targets = [("graph", "Graph"), *((entity_id(e.name), e.name) for e in view.entities), ("rules", "Rules"), ("job", "Job")]
    links = "".join(f'<li><a href="#{escape(target)}">{escape(name)}</a></li>' for target, name in targets)
    return f'<nav aria-label="Parts of this page"><ul>{links}</ul></nav>'


def _section(id: str, heading: str, content: str) -> str:
    """`heading` and `content` are HTML."""
    name = escape(id)
    title = f'<h2 id="{name}-heading">{heading}</h2>'
    return f'<section id="{name}" tabindex="-1" aria-labelledby="{name}-heading">\n{title}\n{content}\n</section>'


def _figure(svg: str, caption: str) -> str:
    """Wide drawings scroll inside their own region, which the keyboard reaches."""
    region = f'<div class="scroll" tabindex="0" role="region" aria-label="Drawing">\n{svg}\n</div>'
    return f"<figure>\n<figcaption>{escape(caption)}</figcaption>\n{region}\n</figure>"


def _table(caption: str, heads: tuple[str, ...], rows: Iterable[tuple[str, tuple[str, ...]]]) -> str:
    """Rows are (id, cells as HTML). Roles are spelt out: a narrow screen shows rows as cards, which would hide that it is a table."""
    head = "".join(f'<th scope="col" role="columnheader">{escape(name)}</th>' for name in heads)
    body = "\n".join(_row(name, cells, heads) for name, cells in rows)
    return (
        f'<table role="table">\n<caption>{escape(caption)}</caption>\n<thead role="rowgroup"><tr role="row">{head}</tr></thead>\n'
        f'<tbody role="rowgroup">\n{body}\n</tbody>\n</table>'
    )


def _row(id: str, cells: tuple[str, ...], heads: tuple[str, ...]) -> str:
    first = f'<th scope="row" role="rowheader">{cells[0]}</th>'
    rest = "".join(
        f'<td role="cell" data-head="{escape(head)}"{"" if cell else " class=empty"}>{cell}</td>'
        for head, cell in zip(heads[1:], cells[1:], strict=True)
    )
    return f'<tr role="row" id="{escape(id)}" tabindex="-1">{first}{rest}</tr>'


def _entity(entity: EntityView) -> str:
    state = f"About {bytes_text(entity.bytes)} a key, {bytes_text(entity.beside)} of it beside the windows."
    heading = f"{escape(entity.name)} <small>[{escape(', '.join(entity.key))}]</small>"
    table = _table(f"Windows of {entity.name}", _WINDOW_HEADS, map(_window_row, entity.windows)) if entity.windows else "<p>No windows.</p>"
    return _section(entity_id(entity.name), heading, f"<p>{escape(state)}</p>\n{table}")


def _window_row(window: WindowView) -> tuple[str, tuple[str, ...]]:
    shares = f"{borrowed(window)} of {_link(window.shares, window.shares)}" if window.shares else ""
    rules = ", ".join(_link(rule_id(rule), rule) for rule in window.rules)
    return window.name, (
        window.name,
        _code(f"{aggregate_text(window)} {window.over}"),
        _code(window.where),
        shares,
        escape(window_state(window)),
        escape(window.cost),
        rules,
    )


def _rule_row(rule: RuleView) -> tuple[str, tuple[str, ...]]:
    title = f"<br><small>{escape(rule.title)}</small>" if rule.title else ""
    return rule_id(rule.id), (
        f'{escape(rule.id)} <span class="severity {escape(rule.severity)}">{escape(rule.severity)}</span>{title}',
        _link(entity_id(rule.entity), rule.entity) if rule.entity else "stateless",
        _condition(rule),
        "<br>".join(map(_code, rule_terms(rule))),
        "<br>".join(escape(sharing_text(sharing)) for sharing in rule.shares),
        escape(rule_state(rule)),
        escape(rule.cost),
    )


def _condition(rule: RuleView) -> str:
    lines = [("", rule.condition), ("where ", rule.where), *((f"let {name} = ", value) for name, value in rule.lets)]
    spelt = [_code(f"{before}{text}") for before, text in lines if text]
    return "<br>".join(spelt + ([f"<small>({escape(rule.detector)})</small>"] if rule.detector else []))


def _unused(view: PlanView) -> str:
    return f"<p>No rule is by: {escape(', '.join(view.unused))}.</p>" if view.unused else ""


def _job(job: Graph) -> str:
    targets = {operator.uid: [edge.target for edge in job.edges if edge.source == operator.uid] for operator in job.operators}
    rows = [
        (
            f"op-{operator.uid}",
            (
                operator.uid,
                operator.language,
                "1" if operator.parallelism == "one" else "the job's",
                ", ".join(_link(f"op-{target}", target) for target in targets[operator.uid]),
                escape(operator.does),
                escape(operator.state),
            ),
        )
        for operator in job.operators
    ]
    drawing = _figure(
        as_svg(physical(job), "physical", "Operators of the job"),
        "The operators that run it; N is the job's parallelism. Rules change what flows here, never this graph.",
    )
    return _section("job", f"Job {escape(job.name)}", f"{drawing}\n{_table('Operators', _OPERATOR_HEADS, rows)}")


def _code(text: str | None) -> str:
    return f"<code>{escape(text)}</code>" if text else ""


def _link(id: str, text: str) -> str:
    return f'<a href="#{escape(id)}">{escape(text)}</a>'
