"""The registry of diagnostic codes, one module a band."""

from importlib import import_module
from pkgutil import iter_modules

from fraudc.diagnostics import Code


def registry() -> dict[str, Code]:
    """Every code by its number, in order. ValueError if two codes have one number."""
    found: dict[str, Code] = {}
    for module in iter_modules(__path__):
        for code in vars(import_module(f"{__name__}.{module.name}")).values():
            if not isinstance(code, Code):
                continue
            if found.setdefault(code.code, code) is not code:
                raise ValueError(f"two diagnostics have the code {code.code}")
    return dict(sorted(found.items()))
