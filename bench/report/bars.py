"""The bars: ratios of two measurements that must not exceed a limit; of memory, which does not depend on
the machine's speed, the measurement itself.

A ratio is taken within each repetition and the median of those counts: absolute times drift with
the machine's mood from one minute to the next, two measurements of one repetition drift together.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any

from measurements import Key, Measurements, Summary, Value


@dataclass(frozen=True)
class Selector:
    bench: str
    case: dict[str, Value]
    metric: str


@dataclass(frozen=True)
class Floor:
    """What the machine itself costs. Where that is more than `above` times the denominator, the
    limit is `limit` times the sum of both instead."""

    above: float
    limit: float
    cost: Selector


@dataclass(frozen=True)
class Bar:
    name: str
    limit: float
    numerator: Selector
    denominator: Selector | None  # without one, the limit is the numerator's own
    budget: str  # what the design aims at beyond the bar, in words
    floor: Floor | None = None


class Verdict(Enum):
    HELD = "held"
    MISSED = "MISSED"
    SKIPPED = "skipped"
    UNMEASURED = "not measured"


@dataclass(frozen=True)
class Outcome:
    bar: Bar
    verdict: Verdict
    note: str = ""  # why there is no ratio
    ratio: Summary | None = None
    numerator: Summary | None = None
    denominator: Summary | None = None
    units: tuple[str, str] = ("", "")

    def held(self) -> bool:
        return self.verdict is Verdict.HELD


def read(path: Path) -> list[Bar]:
    return [
        Bar(
            name=entry["name"],
            limit=float(entry["limit"]),
            numerator=Selector(**entry["numerator"]),
            denominator=Selector(**entry["denominator"]) if "denominator" in entry else None,
            budget=entry["budget"],
            floor=_floor(entry["floor"]) if "floor" in entry else None,
        )
        for entry in json.loads(path.read_text("utf-8"))
    ]


def _floor(entry: dict[str, Any]) -> Floor:
    return Floor(float(entry["above"]), float(entry["limit"]), Selector(**entry["cost"]))


def judge(bar: Bar, measurements: Measurements) -> Outcome:
    found: list[Key] = []
    for side in (bar.numerator, bar.denominator, bar.floor.cost if bar.floor else None):
        if side is None:
            continue
        keys = measurements.matching(side.bench, side.case, side.metric)
        if len(keys) != 1:
            return _without(bar, side, keys, measurements)
        found.append(keys[0])
    if bar.denominator is None:
        return _limited(bar, measurements.summary(found[0]), measurements.units[found[0]])
    above, below, *floors = (measurements.values[key] for key in found)
    for floor in floors:
        shares = [floor[at] / below[at] for at in floor if below.get(at, 0) > 0]
        if bar.floor and shares and Summary.of(shares).median > bar.floor.above:
            bar = replace(bar, limit=bar.floor.limit)
            below = {at: below[at] + floor[at] for at in below if at in floor}
    ratios = [above[at] / below[at] for at in above if below.get(at, 0) > 0]
    if not ratios:
        return Outcome(bar, Verdict.UNMEASURED, "no repetition has both sides")
    ratio = Summary.of(ratios)
    return Outcome(
        bar,
        Verdict.HELD if ratio.median <= bar.limit else Verdict.MISSED,
        ratio=ratio,
        numerator=measurements.summary(found[0]),
        denominator=Summary.of(below.values()),
        units=(measurements.units[found[0]], measurements.units[found[1]]),
    )


def _limited(bar: Bar, value: Summary, unit: str) -> Outcome:
    verdict = Verdict.HELD if value.median <= bar.limit else Verdict.MISSED
    return Outcome(bar, verdict, ratio=value, numerator=value, units=(unit, ""))


def _without(bar: Bar, side: Selector, keys: list[Key], measurements: Measurements) -> Outcome:
    if keys:
        several = f"{len(keys)} measurements of {side.bench} match; the bar must name one"
        return Outcome(bar, Verdict.UNMEASURED, several)
    for skip in measurements.skipped:
        left_out = dict(skip.case)
        if skip.bench == side.bench and all(
            left_out.get(name, value) == value for name, value in side.case.items()
        ):
            return Outcome(bar, Verdict.SKIPPED, skip.reason)
    members = ", ".join(f"{name} {value}" for name, value in side.case.items())
    return Outcome(bar, Verdict.UNMEASURED, f"no {side.metric} of {side.bench} with {members}")
