"""Lines of Python in, a compiled namespace out."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

_LONGEST_SUM = 64


class Lowered(NamedTuple):
    """An expression as Python source; `maybe` when it can be None; `depth` of nested parentheses.

    `screen(op, limit)` is a cheap condition without which `value op limit` (`>` or `>=`) cannot be true; None where it knows of none.
    """

    text: str
    maybe: bool
    depth: int = 0
    screen: Callable[[str, Any], str | None] | None = None


@dataclass(slots=True)
class Namespace:
    """The globals of generated code: constants and functions by made-up names, the same object once."""

    names: dict[str, Any] = field(default_factory=dict)
    _known: dict[int, str] = field(default_factory=dict)
    _bound: dict[tuple[str, ...], str] = field(default_factory=dict)
    _serial: int = 0

    def fresh(self, stem: str) -> str:
        """A name that nothing else has."""
        self._serial += 1
        return f"{stem}{self._serial}"

    def constant(self, value: Any, stem: str = "k_") -> str:
        """The global name of this very object."""
        name = self._known.get(id(value))
        if name is None:
            name = self._known[id(value)] = self.fresh(stem)
            self.names[name] = value
        return name

    def bound(self, key: tuple[str, ...], make: Callable[[], Any]) -> str:
        """The global name of what `make` gives, made once for each key."""
        if key not in self._bound:
            self._bound[key] = self.constant(make())
        return self._bound[key]

    def define(self, name: str, source: str) -> Any:
        """Runs the source of a function of that name; later code may call it."""
        exec(compile(source, f"<{name}>", "exec"), self.names)
        return self.names[name]

    def define_when_called(self, name: str, source: Callable[[], str]) -> None:
        """The same once the function is called."""

        def called(*arguments: Any) -> Any:
            return self.define(name, source())(*arguments)

        self.names[name] = called


@dataclass(slots=True)
class Block:
    """Source lines at an indentation."""

    lines: list[str] = field(default_factory=list)
    level: int = 0

    def add(self, *lines: str) -> None:
        self.lines += [" " * self.level + line for line in lines]

    def extend(self, lines: Iterable[str]) -> None:
        self.add(*lines)

    @contextmanager
    def under(self, header: str) -> Iterator[None]:
        """Lines added inside stand under `header`; without any, the header is left out."""
        self.add(header)
        before = len(self.lines)
        self.level += 1
        yield
        self.level -= 1
        if len(self.lines) == before:
            self.lines.pop()

    def text(self) -> str:
        return "\n".join(self.lines) + "\n"


def indented(lines: Iterable[str]) -> list[str]:
    return [" " + line for line in lines]


def guarded(condition: str | None, lines: list[str]) -> list[str]:
    """The lines under `if condition:`; the lines as they are without a condition."""
    return lines if condition is None or not lines else [f"if {condition}:", *indented(lines)]


def concatenated(parts: list[str]) -> str:
    """The sum of texts; many of them in groups, for Python compiles a chain of operators by recursion."""
    while len(parts) > _LONGEST_SUM:
        parts = [f"({' + '.join(parts[at : at + _LONGEST_SUM])})" for at in range(0, len(parts), _LONGEST_SUM)]
    return " + ".join(parts)
