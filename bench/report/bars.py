"""The bars: ratios of two measurements that must not exceed a limit.

A ratio is taken within each repetition and the median of those counts: absolute times drift with
the machine's mood from one minute to the next, two measurements of one repetition drift together.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from measurements import Key, Measurements, Summary, Value


@dataclass(frozen=True)
class Selector:
    bench: str
    case: dict[str, Value]
    metric: str


@dataclass(frozen=True)
class Bar:
    name: str
    limit: float
    numerator: Selector
    denominator: Selector
    budget: str  # what the design aims at beyond the bar, in words


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


def read(path: Path) -> list[Bar]:
    return [
        Bar(
            name=entry["name"],
            limit=float(entry["limit"]),
            numerator=Selector(**entry["numerator"]),
            denominator=Selector(**entry["denominator"]),
            budget=entry["budget"],
        )
        for entry in json.loads(path.read_text("utf-8"))
    ]


def judge(bar: Bar, measurements: Measurements) -> Outcome:
    found: list[Key] = []
    for side in (bar.numerator, bar.denominator):
        keys = measurements.matching(side.bench, side.case, side.metric)
        if len(keys) != 1:
            return _without(bar, side, keys, measurements)
        found.append(keys[0])
    above, below = (measurements.values[key] for key in found)
    ratios = [above[at] / below[at] for at in above if below.get(at, 0) > 0]
    if not ratios:
        return Outcome(bar, Verdict.UNMEASURED, "no repetition has both sides")
    ratio = Summary.of(ratios)
    return Outcome(
        bar,
        Verdict.HELD if ratio.median <= bar.limit else Verdict.MISSED,
        ratio=ratio,
        numerator=measurements.summary(found[0]),
        denominator=measurements.summary(found[1]),
        units=(measurements.units[found[0]], measurements.units[found[1]]),
    )


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
