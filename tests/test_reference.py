"""The brute-force reading stays independent of what it is compared with."""

import ast
from pathlib import Path

FOLDER = Path(__file__).parent / "reference"


def test_reference_shares_no_code_with_compiler_and_machine() -> None:
    imported = set()
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {name.name.split(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add((node.module or "").split(".")[0])
    assert "reference" in imported
    assert not {name for name in imported if name.startswith("fraudc")}
