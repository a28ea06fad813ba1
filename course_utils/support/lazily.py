"""A package that is long to load gives each of its names when it is first asked for."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any


def found(package: str, where: Mapping[str, str], name: str) -> Any:
    """What a package calls by this name, of one of its modules. where: {name: module}.

    Raises AttributeError where the package has no such name.
    """
    if name not in where:
        raise AttributeError(f"module {package!r} has no attribute {name!r}")
    return getattr(import_module(f"{package}.{where[name]}"), name)
