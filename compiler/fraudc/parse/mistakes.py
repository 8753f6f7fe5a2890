"""lark's errors in, coded diagnostics with exact places out."""

import re
import unicodedata

from lark import Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from fraudc.builtins import AGGREGATES
from fraudc.codes import planning
from fraudc.codes import syntax as codes
from fraudc.diagnostics import Code, Diagnostics
from fraudc.parse.foreign import CAPITALS, OPERATORS, instead_of_sign, instead_of_word
from fraudc.source import Fragment, Span

_NUMBERLIKE = re.compile(r"[0-9](?:[0-9_.]*[eE][+-][0-9])?[A-Za-z0-9_.]*")
_FRACTION_OF_TIME = re.compile(r"[0-9_.]+(?:ms|[wdhms])")
_LOWER_CURRENCY = re.compile(r"[0-9_.]+([A-Za-z]{3})")
_WORD_BEFORE = re.compile(r"(?<![A-Za-z0-9_])([A-Za-z]+)[ \t\r\n]*$")
_WINDOW = "a window: `10m`, `1h every 5m`, `tumbling 5m` or `all`"
_EXPECTED = (  # the first whose terminals may all follow names what was expected
    ({"TUMBLING"}, _WINDOW),
    ({"NUMBER", "NAME"}, "a value"),
    ({"LSQB"}, "a list in square brackets or a list's name"),
    ({"PRESENT"}, "`missing` or `present`"),
    ({"DURATION"}, "a duration such as `30m`"),
    ({"CURRENT"}, "`current`"),
    ({"BY"}, "`by`"),
    ({"STRING"}, "a string"),
    ({"NAME"}, "a name"),
    ({"COMMA", "RSQB"}, "an operator, `,` or `]`"),
    ({"COMMA", "RPAR"}, "an operator, `,` or `)`"),
    ({"RPAR"}, "an operator or `)`"),
    ({"AND"}, "an operator or the end"),
    ({"IN"}, "`in`"),
    ({"DOT"}, "`.` and a field: `match.amount`"),
)
_WORDS = {"AND", "OR", "NOT", "IN", "IS", "TRUE", "FALSE", "MISSING"}
_RESERVED = {"AND", "OR", "NOT", "IN", "IS", "WHERE", "OVER", "TRUE", "FALSE", "MISSING", "MATCH"}
_COMPARING = {"COMPARISON", "IN", "IS"}


def report_mistake(mistake: UnexpectedInput, fragment: Fragment, start: str, diagnostics: Diagnostics) -> None:
    """Reports the one diagnostic that explains why lark stopped."""
    if isinstance(mistake, UnexpectedCharacters):
        _Character(mistake, fragment, diagnostics).report()
    elif isinstance(mistake, UnexpectedToken):
        _Misplaced(mistake, fragment, start, diagnostics).report()
    else:
        raise AssertionError("lark reads text with two kinds of mistakes only") from mistake


class _Character:
    """Text that no token begins with."""

    def __init__(self, mistake: UnexpectedCharacters, fragment: Fragment, diagnostics: Diagnostics) -> None:
        self._at = mistake.pos_in_stream or 0
        self._fragment = fragment
        self._diagnostics = diagnostics

    def report(self) -> None:
        rest = self._fragment.text[self._at : self._at + 200]
        if rest[0].isdecimal() and (number := _NUMBERLIKE.match(rest)):
            self._number(number[0])
        elif rest[0] in "\"'":
            self._say(codes.UNCLOSED_STRING, 1, "this string has no end", f"it needs a closing {rest[0]}")
        elif foreign := next((pair for pair in OPERATORS if rest.startswith(pair[0])), None):
            written, instead = foreign
            self._say(codes.FOREIGN_OPERATOR, len(written), f"`{written}` is no operator of rules", f"write `{instead}`")
        else:
            self._say(codes.UNKNOWN_CHARACTER, 1, f"expressions have no {_character(rest[0])}", instead_of_sign(rest[0]))

    def _number(self, text: str) -> None:
        shown, length = _shown(text), len(text)
        if _FRACTION_OF_TIME.fullmatch(text):
            message = f"`{shown}` is no duration: durations are whole numbers"
            self._say(codes.MALFORMED_DURATION, length, message, "use a smaller unit: `1h30m` for one and a half hours")
        elif (currency := _LOWER_CURRENCY.fullmatch(text)) and currency[1] not in ("min", "sec", "day"):
            self._say(
                codes.MALFORMED_NUMBER, length, f"`{shown}` is no number", f"currencies are capitals: `{text[:-3]} {currency[1].upper()}`"
            )
        else:
            self._say(
                codes.MALFORMED_NUMBER, length, f"`{shown}` is no number", "write 1_000, 2.5 or 1e3; durations are `30m`, money `5 USD`"
            )

    def _say(self, code: Code, length: int, message: str, label: str) -> None:
        end = min(self._at + length, len(self._fragment.text))
        self._diagnostics.report(code, message, self._fragment.span(self._at, end), label)


class _Misplaced:
    """A token that cannot stand where it stands, or the end of the text (type `$END`)."""

    def __init__(self, mistake: UnexpectedToken, fragment: Fragment, start: str, diagnostics: Diagnostics) -> None:
        self._token: Token = mistake.token
        self._expected: set[str] = set(mistake.accepts or ()) or set(mistake.expected or ())
        self._stack: list[object] = list(mistake.interactive_parser.parser_state.value_stack) if mistake.interactive_parser else []
        self._fragment = fragment
        self._start = start
        self._diagnostics = diagnostics

    def report(self) -> None:
        steps = (self._end, self._bracket, self._after_is, self._after_in, self._chained, self._aggregate, self._reserved, self._foreign)
        if not any(step() for step in steps):
            self._say(codes.UNEXPECTED, f"{self._shown} cannot stand here", f"expected {self._what}")

    @property
    def _shown(self) -> str:
        return f"`{_shown(str(self._token))}`"

    @property
    def _what(self) -> str:
        return next((what for terminals, what in _EXPECTED if terminals <= self._expected), "the end")

    @property
    def _value_expected(self) -> bool:
        return {"NUMBER", "NAME"} <= self._expected

    def _last(self, *types: str) -> bool:
        last = self._stack[-1] if self._stack else None
        return isinstance(last, Token) and last.type in types

    def _say(self, code: Code, message: str, label: str, span: Span | None = None, help: str | None = None) -> bool:
        self._diagnostics.report(code, message, span or self._span, label, help)
        return True

    @property
    def _span(self) -> Span:
        if self._token.type == "$END":
            end = len(self._fragment.text.rstrip())
            return self._fragment.span(max(end - 1, 0), end)
        return self._fragment.span(self._token.start_pos or 0, self._token.end_pos or 0)

    def _end(self) -> bool:
        if self._token.type != "$END":
            return False
        opened = self._open_bracket()
        if opened is not None and not self._value_expected and "OVER" not in self._expected - {"AND"}:
            close = {"LPAR": ")", "LSQB": "]"}[opened.type]
            span = self._fragment.span(opened.start_pos or 0, opened.end_pos or 0)
            return self._say(codes.UNCLOSED_BRACKET, f"this `{opened}` is never closed", f"it needs a `{close}`", span)
        if not self._fragment.text.strip():
            return self._say(codes.ENDS_TOO_EARLY, f"there is no {self._start} here", f"expected {self._what}")
        return self._aggregate() or self._say(
            codes.ENDS_TOO_EARLY, f"this {self._start} ends too early", f"expected {self._what} behind it"
        )

    def _open_bracket(self) -> Token | None:
        opened = [entry for entry in self._stack if isinstance(entry, Token) and entry.type in ("LPAR", "LSQB", "RPAR", "RSQB")]
        depth: list[Token] = []
        for bracket in opened:
            if bracket.type in ("LPAR", "LSQB"):
                depth.append(bracket)
            elif depth:
                depth.pop()
        return depth[-1] if depth else None

    def _bracket(self) -> bool:
        if self._token.type not in ("RPAR", "RSQB") or self._value_expected:
            return False
        opened = self._open_bracket()
        if opened is None:
            return self._say(codes.UNCLOSED_BRACKET, f"nothing opens this {self._shown}", "remove it")
        close = {"LPAR": ")", "LSQB": "]"}[opened.type]
        if close == str(self._token):
            return False
        return self._say(codes.UNCLOSED_BRACKET, f"{self._shown} does not close `{opened}`", f"write `{close}`")

    def _after_is(self) -> bool:
        if not self._last("IS"):
            return False
        if self._token.type == "NOT":
            behind = self._fragment.text[self._token.end_pos or 0 :].split(maxsplit=1)
            instead = "missing" if behind and behind[0].startswith("present") else "present"
            return self._say(codes.IS_NOT, "`is not` does not exist", f"write `is {instead}`")
        return self._say(
            codes.UNEXPECTED, f"{self._shown} cannot stand behind `is`", "expected `missing` or `present`; for equality write `==`"
        )

    def _after_in(self) -> bool:
        if not self._last("IN", "ZONE_IN"):
            return False
        if self._token.type == "LPAR":
            return self._say(codes.NOT_A_LIST, "`in` takes a list in square brackets", "write `[` … `]`")
        label = f"write `[{_shown(str(self._token))}]`" if self._token.type in ("STRING", "NUMBER", "MONEY") else "write a list: `[…]`"
        return self._say(codes.NOT_A_LIST, "`in` takes a list", label, help="to look inside a string use `contains(text, part)`")

    def _chained(self) -> bool:
        if self._value_expected or "AND" not in self._expected:
            return False
        if self._token.type in _COMPARING or (self._token.type == "NOT" and "NOT" not in self._expected):
            return self._say(codes.CHAINED_COMPARISON, "comparisons do not chain", self._unchained())
        return False

    def _unchained(self) -> str:
        left, _, middle = self._stack[-3:] if len(self._stack) >= 3 else (None, None, None)
        if self._token.type != "COMPARISON" or not isinstance(left, Tree) or not isinstance(middle, Tree):
            return "put the first comparison in brackets, or join two with `and`"
        start, end = left.meta.start_pos, middle.meta.end_pos
        first = " ".join(self._fragment.text[start:end].split())
        second = " ".join(self._fragment.text[middle.meta.start_pos : end].split())
        return f"write `{_shown(first)} and {_shown(second)} {self._token} …`"

    def _aggregate(self) -> bool:
        if self._expected == {"OVER"}:
            label = "write the window behind it: `over 1h`"
            return self._say(planning.NO_WINDOW, "an aggregate needs a window", label)
        if self._token.type == "OVER" and not self._value_expected:
            before = _WORD_BEFORE.search(self._fragment.text[: self._token.start_pos or 0][-40:])
            example = f"{before[1]}({'' if before[1] == 'count' else 'amount'})" if before and before[1] in AGGREGATES else "sum(amount)"
            return self._say(codes.UNEXPECTED, "only an aggregate has a window", f"write `{example} over 1h`, for example")
        return False

    def _reserved(self) -> bool:
        kind = self._token.type
        name_expected = self._expected == {"NAME"} and kind in _RESERVED
        if name_expected or (self._value_expected and kind in _RESERVED - _WORDS) or self._expected == {"DOT"}:
            word = "match" if self._expected == {"DOT"} else str(self._token)
            label = "`match.` is followed by a field" if word == "match" else "choose another name; a field can read it as an alias"
            return self._say(codes.RESERVED_WORD, f"`{word}` is a reserved word", label)
        return False

    def _foreign(self) -> bool:
        text, at = str(self._token), self._token.start_pos or 0
        if text == ">" and self._value_expected and self._fragment.text[at - 1 : at] == "<":
            span = self._fragment.span(at - 1, at + 1)
            return self._say(codes.FOREIGN_OPERATOR, "`<>` is no operator of rules", "write `!=`", span)
        if capitals := CAPITALS.fullmatch(text) or CAPITALS.search(self._fragment.text[max(at - 40, 0) : at].rstrip()):
            span = self._span if capitals[0] == text else self._fragment.span(*self._word_before(capitals[0]))
            return self._say(codes.FOREIGN_OPERATOR, f"`{capitals[0]}` is no operator of rules", f"write `{capitals[0].lower()}`", span)
        if found := self._foreign_word():
            word, label = found
            return self._say(codes.UNEXPECTED, f"`{word}` cannot stand here", label, self._fragment.span(*self._word_before(word)))
        if text == "," and self._grouped():
            return self._say(codes.UNEXPECTED, "`,` cannot stand here", "digits are grouped by `_`: `1_000`")
        if text == "." and self._value_expected:
            return self._say(codes.MALFORMED_NUMBER, "a number begins with a digit", "write `0.5`")
        if self._fragment.text[:at].endswith("%") and self._token.type in ("NUMBER", "NAME", "LPAR"):
            return self._say(
                codes.UNEXPECTED, f"{self._shown} cannot stand behind a percentage", "the remainder is written with spaces: `n % 3`"
            )
        if self._token.type == "NAME" and self._last_is_number():
            label = f"currencies are capitals: `{text.upper()}`" if len(text) == 3 else "units follow directly: `30m`, `5 USD`"
            return self._say(codes.UNEXPECTED, f"{self._shown} cannot stand behind a number", label)
        return False

    def _foreign_word(self) -> tuple[str, str] | None:
        """A word of another language, what stands here or before it, with what to write instead."""
        before = _WORD_BEFORE.search(self._fragment.text[: self._token.start_pos or 0][-40:])
        for word in (str(self._token), *(before.groups() if before else ())):
            if label := instead_of_word(word):
                return word, label
        return None

    def _grouped(self) -> bool:
        at = self._token.start_pos or 0
        return self._last_is_number() and bool(re.match(r",[0-9]{3}(?![0-9])", self._fragment.text[at : at + 5]))

    def _word_before(self, word: str) -> tuple[int, int]:
        at = self._fragment.text.rindex(word, 0, self._token.end_pos or 0)
        return at, at + len(word)

    def _last_is_number(self) -> bool:
        before = self._fragment.text[: self._token.start_pos or 0].rstrip()
        return bool(re.search(r"(?:^|[^A-Za-z0-9_.])[0-9][0-9_.]*$", before[-40:]))


def _shown(text: str) -> str:
    printable = "".join(character if character.isprintable() else "�" for character in text[:40])
    return printable if len(text) <= 40 else printable + "…"


def _character(character: str) -> str:
    name = unicodedata.name(character, "")
    if character.isprintable() and not character.isspace():
        return f"`{character}`"
    return f"character U+{ord(character):04X}" + (f" ({name.lower()})" if name else "")
