"""Load each name of a slow package only when it is first asked for.

The names are listed in the package's stub, `__init__.pyi`, where editors and type checkers look for them too.
"""

import ast
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any


def attached(package: str, file: str) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """What a package takes as its __getattr__, its __dir__, and in its __all__. file: the package's __file__"""
    where = _homes(package, Path(file).with_suffix(".pyi"))

    def found(name: str) -> Any:
        if name not in where:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(where[name]), name)

    def listed() -> list[str]:
        return [*vars(sys.modules[package]), *where]

    return found, listed, [*where]


def _homes(package: str, stub: Path) -> dict[str, str]:
    """-> {name: the module of this package from which the stub imports it}"""
    lines = ast.parse(stub.read_text(encoding="utf-8")).body
    return {
        name.name: line.module
        for line in lines
        if isinstance(line, ast.ImportFrom) and line.module and line.module.startswith(f"{package}.")
        for name in line.names
    }
