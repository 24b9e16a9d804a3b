"""What the benchmarks printed: JSON lines, one file per repetition.

A line is a measurement   {"bench": …, "case": {…}, "metric": …, "unit": …, "value": …},
something left out        {"bench": …, "skipped": "reason"}, perhaps with a case and a metric,
or a program that failed  {"bench": …, "failed": "reason"}, which run.sh writes.
"""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Union

Value = Union[str, int, float]
Case = tuple[tuple[str, Value], ...]  # the members in the order in which they were printed


def rest(case: Case, *without: str) -> str:
    """The members but some, in words."""
    return ", ".join(str(value) for name, value in case if name not in without)


class Key(NamedTuple):
    bench: str
    case: Case
    metric: str


class Repetition(NamedTuple):
    """Two measurements of one repetition were made close to each other in time."""

    file: int
    occurrence: int  # within the file; 0 unless files were concatenated


class Skip(NamedTuple):
    bench: str
    case: Case
    reason: str


@dataclass(frozen=True)
class Summary:
    """The median of the repetitions, and how far they lie apart."""

    median: float
    least: float
    greatest: float
    repetitions: int

    @classmethod
    def of(cls, values: Iterable[float]) -> Summary:
        seen = list(values)
        return cls(statistics.median(seen), min(seen), max(seen), len(seen))


@dataclass
class Measurements:
    values: dict[Key, dict[Repetition, float]] = field(default_factory=dict)
    units: dict[Key, str] = field(default_factory=dict)
    skipped: list[Skip] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def benches(self) -> list[str]:
        return list(dict.fromkeys(key.bench for key in self.values))

    def of(self, bench: str) -> list[Key]:
        return [key for key in self.values if key.bench == bench]

    def summary(self, key: Key) -> Summary:
        return Summary.of(self.values[key].values())

    def matching(self, bench: str, case: Mapping[str, Value], metric: str) -> list[Key]:
        """Those whose case has the given members, whatever others it has."""
        wanted = set(case.items())
        return [
            key
            for key in self.values
            if (key.bench, key.metric) == (bench, metric) and wanted <= set(key.case)
        ]


def read(paths: Iterable[Path]) -> Measurements:
    result = Measurements()
    for index, path in enumerate(paths):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            if not line:
                continue
            try:
                _add(result, index, json.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError):
                result.failed.append(f"{path.name}:{number} is no measurement: {line[:100]}")
    return result


def _add(result: Measurements, file: int, line: dict[str, object]) -> None:
    bench = str(line["bench"])
    if "failed" in line:
        result.failed.append(f"{bench}: {line['failed']}")
        return
    case = _case(line.get("case", {}))
    if "skipped" in line:
        skip = Skip(bench, case, str(line["skipped"]))
        if skip not in result.skipped:
            result.skipped.append(skip)
        return
    key = Key(bench, case, str(line["metric"]))
    value = line["value"]
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError("not a number")
    unit = str(line["unit"])
    if result.units.setdefault(key, unit) != unit:
        raise ValueError("a metric with two units")
    repetitions = result.values.setdefault(key, {})
    occurrence = sum(1 for repetition in repetitions if repetition.file == file)
    repetitions[Repetition(file, occurrence)] = float(value)


def _case(members: object) -> Case:
    if not isinstance(members, dict):
        raise ValueError("a case is an object")
    for value in members.values():
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            raise ValueError("a case has strings and numbers")
    return tuple(members.items())
