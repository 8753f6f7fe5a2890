"""The page as a browser and a screen reader find it: parsed, complete, self-contained."""

from html.parser import HTMLParser

import pytest

from fraudc.show.model import PlanView
from fraudc.show.page import as_html

VOID = {"meta", "br"}


class Parsed(HTMLParser):
    """Elements in order as (tag, attributes), text joined, and a check that every element is closed in turn."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, attribute: str) -> list[str]:
        return [value for _, attributes in self.elements if (value := attributes.get(attribute)) is not None]


@pytest.fixture
def page(shop: PlanView) -> Parsed:
    return Parsed(as_html(shop))


def test_every_element_is_closed(page: Parsed) -> None:
    assert page.open == []


def test_every_rule_window_entity_and_operator_has_a_row_or_section(page: Parsed, shop: PlanView) -> None:
    wanted = {window.name for window in shop.windows} | {f"rule-{rule.id}" for rule in shop.rules}
    wanted |= {f"entity-{entity.name}" for entity in shop.entities} | {f"op-{operator.uid}" for operator in shop.job.operators}
    assert wanted <= set(page.all("id"))


def test_conditions_and_detectors_stand_in_full(page: Parsed, shop: PlanView) -> None:
    for rule in shop.rules:
        assert rule.condition in page.text
        assert rule.detector in page.text


def test_ids_are_unique_and_every_link_leads_to_one(page: Parsed) -> None:
    ids, links = page.all("id"), page.all("href")
    assert len(ids) == len(set(ids))
    assert {link.removeprefix("#") for link in links} <= set(ids)


def test_nothing_is_fetched_and_nothing_runs(page: Parsed, shop: PlanView) -> None:
    assert all(link.startswith("#") for link in page.all("href"))
    assert not {"script", "link", "img", "iframe", "object"} & {tag for tag, _ in page.elements}
    assert not page.all("src")
    assert "://" not in as_html(shop)
    assert "@import" not in as_html(shop)


def test_text_of_rules_is_never_markup(shop: PlanView) -> None:
    assert "&lt;script&gt;" in as_html(shop)
    assert "<script>" not in as_html(shop)


def test_a_screen_reader_finds_language_title_headings_and_table_heads(page: Parsed) -> None:
    assert ("html", {"lang": "en"}) in page.elements
    tags = [tag for tag, _ in page.elements]
    assert (tags.count("title") > 1, tags.count("h1"), tags.count("main")) == (True, 1, 1)  # the page's, and each box's
    assert all(attributes.get("scope") in ("col", "row") for tag, attributes in page.elements if tag == "th")
    assert tags.count("caption") == tags.count("table") == 4
    assert all(attributes.get("aria-label") for tag, attributes in page.elements if tag == "svg")


def test_drawings_are_reached_by_keyboard(page: Parsed) -> None:
    regions = [attributes for tag, attributes in page.elements if attributes.get("class") == "scroll"]
    assert [region["tabindex"] for region in regions] == ["0", "0"]


def test_both_colour_schemes_and_narrow_screens_have_styles(shop: PlanView) -> None:
    page = as_html(shop)
    assert "prefers-color-scheme: dark" in page
    assert "max-width: 48rem" in page
    assert 'name="viewport"' in page
