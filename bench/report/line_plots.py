"""The line plots of record_latency: durations by percentile, throughput by threads."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from measurements import Key, Measurements, Summary, rest
from svg import DASHES, HUES, Plot, Sheet
from tables import counted

PERCENTILES = ("p50", "p90", "p99", "p99.9", "p99.99", "max")
LEFT, TOP, WIDTH, HEIGHT = 90, 80, 540, 330  # the area within the axes
LEGEND = LEFT + WIDTH + 30


@dataclass(frozen=True)
class Series:
    """One line: a subject has its colour in every plot, its other members make the dashes."""

    name: str
    hue: int
    dash: str
    points: dict[str, Summary] = field(default_factory=dict)


def latency_plots(measurements: Measurements) -> list[Plot]:
    """One per scenario, for one and for two threads."""
    keys = [key for key in _keys(measurements) if key.metric in PERCENTILES]
    groups: dict[tuple[str, int], list[Key]] = {}
    for key in keys:
        case = dict(key.case)
        if case["threads"] in (1, 2):
            groups.setdefault((str(case["scenario"]), int(case["threads"])), []).append(key)
    plots = []
    for (scenario, threads), group in groups.items():
        title = f"Duration of one call: {scenario}, {counted(threads, 'thread')}"
        series = _series(measurements, keys, group, lambda key: key.metric)
        places = [name for name in PERCENTILES if any(name in line.points for line in series)]
        svg = _lines(title, series, places, "percentile of the calls", "duration, logarithmic", _ns)
        plots.append(Plot(f"latency-{_slug(scenario)}-{threads}.svg", title, svg))
    return plots


def throughput_plots(measurements: Measurements) -> list[Plot]:
    keys = [
        key
        for key in _keys(measurements)
        if key.metric == "events_per_second" and dict(key.case)["scenario"] == "flood"
    ]
    if not keys:
        return []
    title = "Events taken per second in a flood, all threads together"
    counts = sorted({int(dict(key.case)["threads"]) for key in keys})
    series = _series(measurements, keys, keys, lambda key: str(dict(key.case)["threads"]))
    places = [str(count) for count in counts]
    y_title = "events per second, logarithmic"
    svg = _lines(title, series, places, "recording threads", y_title, _per_second)
    return [Plot("throughput.svg", title, svg)]


def _keys(measurements: Measurements) -> list[Key]:
    """Those of a subject in a scenario."""
    members = {"scenario", "threads"}
    return [key for key in measurements.of("record_latency") if members <= dict(key.case).keys()]


def _series(
    measurements: Measurements,
    all_keys: Sequence[Key],
    keys: Sequence[Key],
    place: Callable[[Key], str],
) -> list[Series]:
    """`all_keys` of every plot of the kind decide about colours and dashes, `keys` are drawn."""
    subjects = list(dict.fromkeys(_subject(key) for key in all_keys))
    others = list(dict.fromkeys(_others(key) for key in all_keys))
    lines: dict[tuple[str, str], Series] = {}
    for key in keys:
        subject, other = _subject(key), _others(key)
        name = f"{subject}, {other}" if other else subject
        dash = DASHES[others.index(other) % len(DASHES)]
        line = lines.setdefault(
            (subject, other), Series(name, subjects.index(subject) % len(HUES), dash)
        )
        line.points[place(key)] = measurements.summary(key)
    return list(lines.values())


def _lines(
    title: str,
    series: Sequence[Series],
    places: Sequence[str],
    x_title: str,
    y_title: str,
    label: Callable[[float], str],
) -> str:
    """Lines over evenly spaced places, with a logarithmic y axis."""
    points = [point for line in series for point in line.points.values()]
    repetitions = counted(max(point.repetitions for point in points), "repetition")
    subtitle = f"medians of {repetitions}; thin bars from the least to the greatest"
    longest = max(len(line.name) for line in series)
    sheet = Sheet(LEGEND + 60 + 7 * longest, TOP + HEIGHT + 70, title, subtitle)
    ticks = _log_ticks(min(point.least for point in points), max(point.greatest for point in points))

    def across(i: int) -> float:
        return LEFT + WIDTH * (i + 0.5) / len(places)

    def up(value: float) -> float:
        part = math.log(max(value, ticks[0]) / ticks[0]) / math.log(ticks[-1] / ticks[0])
        return TOP + HEIGHT * (1 - part)

    for tick in ticks:
        sheet.line(LEFT, up(tick), LEFT + WIDTH, up(tick), "grid")
        sheet.text(LEFT - 8, up(tick) + 4, label(tick), "end", "quiet")
    for i, place in enumerate(places):
        sheet.text(across(i), TOP + HEIGHT + 20, place, "middle", "quiet")
    sheet.line(LEFT, TOP + HEIGHT, LEFT + WIDTH, TOP + HEIGHT, "axis")
    sheet.text(LEFT + WIDTH / 2, TOP + HEIGHT + 48, x_title, "middle", "quiet")
    sheet.upright(22, TOP + HEIGHT / 2, y_title)
    for row, line in enumerate(series):
        stroke = f"stroke{line.hue}"
        drawn = [(across(i), line.points[p], p) for i, p in enumerate(places) if p in line.points]
        for x, point, _ in drawn:
            sheet.line(x, up(point.least), x, up(point.greatest), f"whisker {stroke}")
        sheet.path([(x, up(point.median)) for x, point, _ in drawn], stroke, line.dash)
        for x, point, place in drawn:
            says = f"{line.name}, {place}: {label(point.median)}"
            sheet.dot(x, up(point.median), f"fill{line.hue}", says)
        y = TOP + 8 + 22 * row
        sheet.path([(LEGEND, y), (LEGEND + 32, y)], stroke, line.dash)
        sheet.text(LEGEND + 40, y + 4, line.name)
    return sheet.svg()


def _log_ticks(least: float, greatest: float) -> list[float]:
    """1, 10, 100 … around the values, with 2 and 5 between where the range is short."""
    least, greatest = max(1.0, least), max(1.0, greatest)
    factors = (1, 2, 5) if greatest / least < 300 else (1,)
    steps = [factor * 10.0**power for power in range(18) for factor in factors]
    first = max(i for i, step in enumerate(steps) if step <= least)
    last = min(i for i, step in enumerate(steps) if step >= greatest)
    return steps[first : max(last, first + 1) + 1]


def _subject(key: Key) -> str:
    return str(dict(key.case).get("subject", ""))


def _others(key: Key) -> str:
    return rest(key.case, "subject", "scenario", "threads")


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower().replace(",", "")).strip("-")


def _ns(value: float) -> str:
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value:.3g} ns"


def _per_second(value: float) -> str:
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if value >= size:
            return f"{value / size:.3g} {unit}/s"
    return f"{value:.3g} /s"
