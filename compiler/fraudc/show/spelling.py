"""Stand-in for the expression printer: a typed expression and names for its slots in, rule language out."""

from collections.abc import Mapping

from fraudc_runtime.expr import Call, Const, Expr, Field, InList, Let, Match, Profile, Slot

_LEVEL = {"or": 1, "and": 2, "not": 3, "==": 4, "!=": 4, "<": 4, "<=": 4, ">": 4, ">=": 4, "in": 4, "is_missing": 4, "is_present": 4}
_LEVEL |= {"??": 5, "+": 6, "-": 6, "*": 7, "/": 7, "%": 7, "neg": 8}


def spell(expr: Expr, slots: Mapping[str, str], entity: str = "profile") -> str:
    """The expression as an author would write it; `slots` maps a signature's id to what stands for its value."""
    match expr:
        case Const(text=text):
            return text
        case Field(name=name) | Let(name=name):
            return name
        case Profile(name=name):
            return f"{entity}.{name}"
        case Match(name=name):
            return f"match.{name}"
        case Slot(signature=signature):
            return slots[signature]
        case InList(operand=operand, list=name):
            return f"{spell(operand, slots, entity)} in {name.partition(':')[0]}"
        case Call(op=op, args=args):
            return _call(op, [(_level(arg), spell(arg, slots, entity)) for arg in args])


def _level(expr: Expr) -> int:
    if isinstance(expr, InList):
        return 4
    return _LEVEL.get(expr.op, 9) if isinstance(expr, Call) else 9


def _call(op: str, args: list[tuple[int, str]]) -> str:
    level = _LEVEL.get(op, 9)
    texts = [f"({text})" if inner < level or (at and inner == level) else text for at, (inner, text) in enumerate(args)]
    match op:
        case "to_float":
            return args[0][1]
        case "in":
            return f"{texts[0]} in [{', '.join(text for _, text in args[1:])}]"
        case "is_missing" | "is_present":
            return f"{texts[0]} is {op[3:]}"
        case "not":
            return f"not {texts[0]}"
        case "neg":
            return f"-{texts[0]}"
        case _ if op in _LEVEL:
            return f" {op} ".join(texts)
        case _:
            return f"{op}({', '.join(text for _, text in args)})"
