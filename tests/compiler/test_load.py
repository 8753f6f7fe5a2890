"""Files that cannot be read give one diagnostic each and never a traceback; what can be read is read by YAML 1.2."""

import pytest

from fraudc.diagnostics import Diagnostics
from fraudc.load import Mapping, Scalar, Sequence, load

BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 30))

HOSTILE = [
    pytest.param("a.yaml", b"a: \xff\xfe", "E101", id="not-utf-8"),
    pytest.param("a.yaml", "a: 1\n".encode("utf-16"), "E101", id="utf-16"),
    pytest.param("a.yaml", b"a: \x00\n", "E102", id="nul"),
    pytest.param("a.yaml", b"a: 1\rb: 2\n", "E102", id="old-line-ends"),
    pytest.param("a.yaml", "a: \u2028b\n".encode(), "E102", id="unicode-line-end"),
    pytest.param("a.yaml", b'a: "\\ud800"\n', "E102", id="half-a-surrogate-pair"),
    pytest.param("a.yaml", b"a: [1, 2\nb: 3\n", "E103", id="open-list"),
    pytest.param("a.yaml", b"a: 'x\n", "E103", id="open-quote"),
    pytest.param("a.yaml", b'a: "\\UFFFFFFFF"\n', "E103", id="escape-beyond-unicode"),
    pytest.param("a.yaml", b"%YAML 1.1\n---\na: 1\n", "E103", id="directive"),
    pytest.param("a.yaml", b"%TAG ! tag:example.com:\n---\na: 1\n", "E103", id="tag-directive"),
    pytest.param("a.yaml", b"a: @b\n", "E103", id="reserved-character"),
    pytest.param("a.yaml", b"a:\n\t- b\n", "E104", id="tab"),
    pytest.param("a.yaml", b"a: 1\n--- \nb: 2\n", "E105", id="two-documents"),
    pytest.param("a.yaml", b"a: 1\nb: 2\na: 3\n", "E106", id="duplicate-key"),
    pytest.param("a.yaml", b'a: 1\n"\\u0061": 3\n', "E106", id="duplicate-key-escaped"),
    pytest.param("a.yaml", b"a: &x [*x]\n", "E107", id="alias-of-itself"),
    pytest.param("a.yaml", b"a: *x\n", "E107", id="alias-of-nothing"),
    pytest.param("a.yaml", b"a: &x {b: 1}\nc:\n  <<: *x\n", "E108", id="merge-key"),
    pytest.param("a.yaml", b"a: !!python/object/apply:os.system [ls]\n", "E109", id="python-tag"),
    pytest.param("a.yaml", b"a: ! b\n", "E109", id="bare-tag"),
    pytest.param("a.yaml", b"a: " + b"[" * 100_000, "E110", id="deep-list"),
    pytest.param("a.yaml", b"a: " + b"{a: " * 100_000, "E110", id="deep-mapping"),
    pytest.param("a.yaml", "".join(" " * n + "a:\n" for n in range(1000)).encode(), "E110", id="deep-block"),
    pytest.param("a.yaml", b"a:\n" + b"- " * 5000 + b"x\n", "E110", id="deep-dashes"),
    pytest.param("a.yaml", BOMB.encode(), "E111", id="alias-bomb"),
    pytest.param("a.yaml", b"a: [" + b"1," * 200_000 + b"]\n", "E111", id="many-values"),
    pytest.param("a.yaml", b"# comment\n" * 200_000, "E111", id="large-file"),
    pytest.param("a.yaml", b"a: " + b"x" * 1_000_000 + b"\n", "E112", id="long-plain"),
    pytest.param("a.yaml", b'a: "' + b"x" * 1_000_000 + b'"\n', "E112", id="long-quoted"),
    pytest.param("a.yaml", b"a: |\n" + b"  x\n" * 200_000, "E112", id="long-literal"),
    pytest.param("a.yaml", b"x" * 1_000_000 + b": 1\n", "E112", id="long-key"),
    pytest.param("a.yaml", b"? [a]\n: 1\n", "E115", id="list-as-key"),
    pytest.param("a.yaml", b"", "E114", id="empty"),
    pytest.param("a.yaml", b"# nothing\n", "E114", id="only-a-comment"),
    pytest.param("a.yaml", b"a\n", "E114", id="a-word"),
    pytest.param("a.json", b"", "E114", id="empty-json"),
    pytest.param("a.json", b"[1]", "E114", id="json-list"),
    pytest.param("a.json", b'{"a": 1,}', "E113", id="json-comma"),
    pytest.param("a.json", b"{a: 1}", "E113", id="json-without-quotes"),
    pytest.param("a.json", b'{"a": 01}', "E113", id="json-leading-zero"),
    pytest.param("a.json", b'{"a": NaN}', "E113", id="json-nan"),
    pytest.param("a.json", b'{"a": 1} 2', "E113", id="json-second-value"),
    pytest.param("a.json", b'{"a": "x', "E113", id="json-open-string"),
    pytest.param("a.json", b'{"a": "\\x41"}', "E113", id="json-escape"),
    pytest.param("a.json", b'{"a": "' + b"x" * 100_000 + b"\n", "E113", id="json-string-without-end"),
    pytest.param("a.json", b'{"a" 1}', "E113", id="json-colon"),
    pytest.param("a.json", b'{"a": 1 "b": 2}', "E113", id="json-missing-comma"),
    pytest.param("a.json", b'{"a": 1, "a": 2}', "E106", id="json-duplicate-key"),
    pytest.param("a.json", b'{"a": "\\udc00"}', "E102", id="json-half-a-surrogate-pair"),
    pytest.param("a.json", b'{"a": ' + b"[" * 100_000, "E110", id="json-deep"),
    pytest.param("a.json", b'{"a": [' + b"1," * 100_000 + b"1]}", "E111", id="json-many-values"),
    pytest.param("a.json", b'{"a": "' + b"x" * 1_000_000 + b'"}', "E112", id="json-long"),
    pytest.param("a.json", b'{"a": "' + b"\\" * 900_001, "E113", id="json-backslashes"),
]


@pytest.mark.parametrize(("name", "data", "code"), HOSTILE)
def test_a_file_that_cannot_be_read_gives_one_diagnostic(name: str, data: bytes, code: str) -> None:
    diagnostics = Diagnostics()
    load(name, data, diagnostics)
    assert [found.code.code for found in diagnostics.found] == [code]
    assert all(
        found.span is not None and 0 <= found.span.start <= found.span.end <= len(found.span.file.text) for found in diagnostics.found
    )


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("title: Large: more", 13, "second `: `"),
        ('when: "a" > 5', 13, "text follows"),
        ("when: 'it's'", 11, "text follows"),
        ("message: {amount} x", 19, "text follows"),
        ("when: > 5", 9, "next line"),
        ("when: !(a > 5)", 13, "`!`"),
        ("when: @a", 7, "cannot begin with `@`"),
        ("when: - a", 7, "a list begins"),
        ('when: "a', 7, "never closed"),
        ("when: [a, b", 7, "no `]`"),
        ("when: {a: b", 7, "no `}`"),
        ("when: a]: b: c", 9, "second `: `"),
        ('when: "\\q"', 9, "`\\q` is no escape"),
        ("when: *", 8, "`*`"),
    ],
)
def test_a_slip_in_yaml_is_named(text: str, column: int, words: str) -> None:
    diagnostics = Diagnostics()
    load("rule.yaml", f"{text}\n".encode(), diagnostics)
    (found,) = diagnostics.found
    assert found.span is not None
    assert (found.code.code, found.span.file.position(found.span.start)) == ("E103", (1, column))
    assert words in found.message


def test_a_negation_in_another_language_is_text_for_the_expression() -> None:
    diagnostics = Diagnostics()
    _, root = load("rule.yaml", b"when: !blocked\nid: a\n", diagnostics)
    assert diagnostics.found == []
    assert isinstance(root, Mapping)
    node = root.entries["when"][1]
    assert isinstance(node, Scalar)
    assert (node.text, node.fragment().offsets) == ("!blocked", tuple(range(6, 15)))


def values(text: str) -> list[object]:
    _, root = load("a.yaml", text.encode(), Diagnostics())
    assert isinstance(root, Mapping)
    items = root.entries["a"][1]
    assert isinstance(items, Sequence)
    return [item.value for item in items.items if isinstance(item, Scalar)]


def test_scalars_are_those_of_yaml_1_2() -> None:
    assert values("a: [NO, off, yes, y, 0o7, 1_000, 1:30, 2026-01-01, =, .nan]") == [
        "NO", "off", "yes", "y", "0o7", "1_000", "1:30", "2026-01-01", "=", ".nan",
    ]  # fmt: skip
    assert values("a: [true, False, null, ~, 12, -3, +4, 2.5, 1e3, .5, 010]") == [True, False, None, None, 12, -3, 4, 2.5, 1000.0, 0.5, 10]
    assert values("a: ['5', \"true\", 'null']") == ["5", "true", "null"]


def test_an_alias_repeats_its_value() -> None:
    assert values("x: &few [1, 2]\na: *few") == [1, 2]


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    file, root = load("a.yaml", b"\xef\xbb\xbfa: 1\n", Diagnostics())
    assert isinstance(root, Mapping)
    assert (file.text, list(root.entries)) == ("a: 1\n", ["a"])
