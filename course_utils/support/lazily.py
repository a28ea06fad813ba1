"""A package that is long to load gives each of its names when it is first asked for."""

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def attached(package: str, where: Mapping[str, str]) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """What a package takes as its __getattr__ and __dir__. where: {name: the module of the package that has it}"""

    def found(name: str) -> Any:
        if name not in where:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{where[name]}"), name)

    def listed() -> list[str]:
        return [*vars(sys.modules[package]), *where]

    return found, listed
