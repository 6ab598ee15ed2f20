"""Documents as sums: two parts of a date together, or what came on top of one."""

from __future__ import annotations

from collections.abc import Mapping

from .field import Derived, Document, Shape
from .ranges import union_all


def plus(shape: Shape, one: Document, other: Document) -> Document:
    """The document of the same date with the counts and the absorbed ranges of both."""
    result = _combined(shape, one, other, 1)
    for partition, entry in other["source"].items():
        result["source"][partition] = _joined(result["source"].get(partition), entry)
    return result


def minus(shape: Shape, later: Document, earlier: Document) -> Document:
    """What `later` counts more than `earlier`; its source is that of `later`."""
    return _combined(shape, later, earlier, -1)


def negative(shape: Shape, document: Document) -> bool:
    """Whether any count of it is below 0: then it is no difference that events can make."""
    counts = [
        document[name] for name, field in shape.fields.items() if not isinstance(field, Derived)
    ]
    values = [
        value for each in counts for value in (each.values() if isinstance(each, dict) else [each])
    ]
    return any(value < 0 for value in values)


def _combined(shape: Shape, one: Document, other: Document, sign: int) -> Document:
    one, other = shape.filled(one), shape.filled(other)
    result = one | {"source": dict(one["source"])}
    for name, field in shape.fields.items():
        if isinstance(field, Derived):
            continue
        if isinstance(one[name], dict):
            result[name] = _summed(one[name], other[name], sign)
        else:
            result[name] = one[name] + sign * other[name]
    hours = sorted({*one["hours"], *other["hours"]})
    summed = {
        hour: _summed(one["hours"].get(hour, {}), other["hours"].get(hour, {}), sign)
        for hour in hours
    }
    result["hours"] = {hour: counts for hour, counts in summed.items() if counts}
    shape.derive(result)
    return result


def _summed(one: Mapping[str, int], other: Mapping[str, int], sign: int) -> dict[str, int]:
    summed = {key: one.get(key, 0) + sign * other.get(key, 0) for key in {**one, **other}}
    return {key: value for key, value in summed.items() if value}


def _joined(one: Document | None, other: Document) -> Document:
    if one is None:
        return dict(other)
    joined = {**other, **one, "ranges": union_all(one["ranges"], other["ranges"])}
    firsts = [each["first"] for each in (one, other) if "first" in each]
    if firsts:
        joined["first"] = min(firsts)
    amended = sorted({*one.get("amended", ()), *other.get("amended", ())})
    return joined | ({"amended": amended} if amended else {})
