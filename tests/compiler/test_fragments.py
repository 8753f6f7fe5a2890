"""Positions are exact in every scalar style: what a token spans in the fragment is what it spans in the file."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fraudc.diagnostics import Diagnostics
from fraudc.load import Mapping, Scalar, load
from fraudc.source import Fragment


def fragment(text: str, key: str = "when", name: str = "rule.yaml") -> Fragment:
    diagnostics = Diagnostics()
    _, root = load(name, text.encode(), diagnostics)
    assert diagnostics.found == []
    assert isinstance(root, Mapping)
    node = root.entries[key][1]
    assert isinstance(node, Scalar)
    return node.fragment()


def place(found: Fragment, token: str) -> tuple[int, int, int, int]:
    """(line, column, end line, end column) of a token's first occurrence."""
    at = found.text.index(token)
    span = found.span(at, at + len(token))
    return *found.file.position(span.start), *found.file.position(span.end)


STYLES = [
    pytest.param("when: amount > 5000\n", "amount > 5000", (1, 16, 1, 20), id="plain"),
    pytest.param("when: amount\n    > 5000\n", "amount > 5000", (2, 7, 2, 11), id="plain-on-two-lines"),
    pytest.param("when: amount  \n\n    > 5000  # why\n", "amount\n> 5000", (3, 7, 3, 11), id="plain-with-an-empty-line"),
    pytest.param("when: &mark amount > 5000\n", "amount > 5000", (1, 22, 1, 26), id="plain-with-an-anchor"),
    pytest.param("{when: amount > 5000, id: x}\n", "amount > 5000", (1, 17, 1, 21), id="plain-in-a-flow-mapping"),
    pytest.param("when: 'it''s > 5000'\n", "it's > 5000", (1, 16, 1, 20), id="single-quoted"),
    pytest.param("when: 'it''s\n  > 5000'\n", "it's > 5000", (2, 5, 2, 9), id="single-quoted-on-two-lines"),
    pytest.param('when: "\\u00e9\\t\\" > 5000"\n', 'é\t" > 5000', (1, 21, 1, 25), id="double-quoted-with-escapes"),
    pytest.param('when: "\\U0001F600 > 5000"\n', "😀 > 5000", (1, 21, 1, 25), id="double-quoted-beyond-16-bits"),
    pytest.param('when: "\\ud83d\\ude00 > 5000"\n', "😀 > 5000", (1, 23, 1, 27), id="double-quoted-surrogates"),
    pytest.param('when: "a \\\n   > 5000"\n', "a > 5000", (2, 6, 2, 10), id="double-quoted-with-an-escaped-line-end"),
    pytest.param('when: "a\n\n  > 5000"\n', "a\n> 5000", (3, 5, 3, 9), id="double-quoted-with-an-empty-line"),
    pytest.param("when: |\n  amount\n    > 5000\n", "amount\n  > 5000\n", (3, 7, 3, 11), id="literal"),
    pytest.param("when: |-\n\n  amount\n  > 5000\n", "\namount\n> 5000", (4, 5, 4, 9), id="literal-stripped"),
    pytest.param("when: |+ # all of it\n  a\n  > 5000\n\n\n", "a\n> 5000\n\n\n", (3, 5, 3, 9), id="literal-kept"),
    pytest.param("when: |1\n  a\n  > 5000\n", " a\n > 5000\n", (3, 5, 3, 9), id="literal-with-its-own-indentation"),
    pytest.param("when: >\n  amount\n  > 5000\n", "amount > 5000\n", (3, 5, 3, 9), id="folded"),
    pytest.param("when: >-\n  amount\n\n  > 5000\n", "amount\n> 5000", (4, 5, 4, 9), id="folded-with-an-empty-line"),
    pytest.param("when: >-\n  a\n    b\n  > 5000\n", "a\n  b\n> 5000", (4, 5, 4, 9), id="folded-with-a-line-further-in"),
    pytest.param("when: amount\r\n  > 5000\r\n", "amount > 5000", (2, 5, 2, 9), id="carriage-returns"),
    pytest.param("when: >-\r\n  amount\r\n  > 5000\r\n", "amount > 5000", (3, 5, 3, 9), id="folded-with-carriage-returns"),
    pytest.param("\ufeffwhen: amount > 5000\n", "amount > 5000", (1, 16, 1, 20), id="byte-order-mark"),
]


@pytest.mark.parametrize(("source", "text", "expected"), STYLES)
def test_a_token_spans_its_own_characters(source: str, text: str, expected: tuple[int, int, int, int]) -> None:
    found = fragment(source)
    assert found.text == text
    assert place(found, "5000") == expected


def test_a_json_string_with_escapes_keeps_positions() -> None:
    found = fragment('{"id": 1,\n "when": "\\u0061 == \\"\\ud83d\\ude00\\" > 5000"}', name="rule.json")
    assert found.text == 'a == "😀" > 5000'
    assert place(found, "5000") == (2, 40, 2, 44)
    assert place(found, "a") == (2, 11, 2, 17)
    assert place(found, "😀") == (2, 23, 2, 35)


def test_an_escape_belongs_to_its_character_whole() -> None:
    found = fragment('when: "a\\tb"\n')
    assert place(found, "\t") == (1, 9, 1, 11)
    assert place(found, "b") == (1, 11, 1, 12)


def test_the_end_of_a_fragment_is_where_its_text_ends() -> None:
    for source, _, _ in (parameter.values for parameter in STYLES):
        found = fragment(source)
        end = found.offsets[len(found.text)]
        assert found.offsets[-2] < end <= len(found.file.text)


PIECES = st.lists(st.sampled_from(["a", "bc", " ", "  ", "\n", "\n\n", "'", '"', "\\", "é", "😀", "#", ":", "\t"]), min_size=1, max_size=12)


@given(PIECES.map("".join))
@example("a\n\n b")
def test_double_quotes_map_every_character(text: str) -> None:
    quoted = json.dumps(text)
    found = fragment(f"when: {quoted}\n")
    assert found.text == text
    assert [json.loads(f'"{found.file.text[start:end]}"') for start, end in zip(found.offsets, found.offsets[1:], strict=False)] == list(
        text
    )


@given(PIECES.map("".join), st.sampled_from("|>"), st.sampled_from(["", "-", "+"]), st.integers(1, 4))
def test_blocks_map_every_character_to_itself(text: str, style: str, chomping: str, indent: int) -> None:
    body = "\n".join(" " * indent + line if line else "" for line in text.split("\n"))
    diagnostics = Diagnostics()
    _, root = load("rule.yaml", f"when: {style}{chomping}\n{body}\n".encode(), diagnostics)
    if diagnostics.found:  # the first line is indented further than the others, or holds only spaces
        return
    assert isinstance(root, Mapping)
    node = root.entries["when"][1]
    assert isinstance(node, Scalar)
    found = node.fragment()
    source = found.file.text
    assert found.text == node.text
    assert all(
        source[at] == character or (character == " " and source[at] == "\n")
        for character, at in zip(found.text, found.offsets, strict=False)
    )
    assert list(found.offsets) == sorted(set(found.offsets))


@given(st.lists(st.sampled_from(["ab", "''", " ", "  ", "\n", "\n\n", "\t", ">", "é"]), min_size=1, max_size=10).map("".join))
def test_single_quotes_map_every_character_to_itself(raw: str) -> None:
    diagnostics = Diagnostics()
    indented = raw.replace("\n", "\n  ")
    _, root = load("rule.yaml", f"when: 'x{indented}x'\n".encode(), diagnostics)
    assert diagnostics.found == []
    assert isinstance(root, Mapping)
    node = root.entries["when"][1]
    assert isinstance(node, Scalar)
    found = node.fragment()
    source = found.file.text
    assert found.text == node.text
    assert all(
        source[at] == character or (character == " " and source[at] in "\n\t ")
        for character, at in zip(found.text, found.offsets, strict=False)
    )
    assert list(found.offsets) == sorted(set(found.offsets))
