"""Values that are made once and never change, as those of the model.

They are structs made in C, since a large file has hundreds of thousands of them. A frozen dataclass takes up to ten times as
long to make, and half a millisecond to declare, which every start pays. What `dataclasses` offers (`replace`, `fields`,
`asdict`) works on them.
"""

from __future__ import annotations

import dataclasses
from functools import cache
from typing import Any, ClassVar, dataclass_transform

from msgspec import Struct, field


class _Fields:
    """The fields of a kind of record where `dataclasses` looks for them, made when somebody asks."""

    def __get__(self, value: object, kind: type[Struct]) -> dict[str, Any]:
        return _fields(kind)


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class Record(Struct, frozen=True):
    """Base of all records. As for a dataclass, a default that can change is given by `msgspec.field(default_factory=...)`."""

    __dataclass_fields__: ClassVar[Any] = _Fields()


@dataclass_transform(field_specifiers=(field,))
class Notes(Struct):
    """As a record, for what changes while a file is read."""

    __dataclass_fields__: ClassVar[Any] = _Fields()


@cache
def _fields(kind: type[Struct]) -> dict[str, Any]:
    names, defaults = kind.__struct_fields__, kind.__struct_defaults__
    said = [dataclasses.field() for _ in range(len(names) - len(defaults))] + [_default(each) for each in defaults]
    types = {name: each for base in kind.__mro__ for name, each in vars(base).get("__annotations__", {}).items()}
    shape = [(name, types[name], each) for name, each in zip(names, said)]
    twin: Any = dataclasses.make_dataclass(kind.__name__, shape, init=False, repr=False, eq=False)
    fields: dict[str, Any] = twin.__dataclass_fields__
    return fields


def _default(value: Any) -> Any:
    factory = getattr(value, "factory", None)  # what msgspec keeps for an empty list or dict
    return dataclasses.field(default=value) if factory is None else dataclasses.field(default_factory=factory)
