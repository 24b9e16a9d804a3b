"""The plots. Each is drawn when its measurements are there, and not otherwise."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from measurements import Case, Key, Measurements, Summary
from svg import DASHES, HUES, Sheet
from tables import number

PERCENTILES = ("p50", "p90", "p99", "p99.9", "p99.99", "max")
STAGES = ("record", "order", "format", "encode", "compress", "send")
LEFT, TOP, WIDTH, HEIGHT = 90, 80, 540, 330  # the area within the axes
LEGEND = LEFT + WIDTH + 30


@dataclass(frozen=True)
class Plot:
    name: str  # of the file
    title: str
    svg: str


@dataclass(frozen=True)
class Series:
    """One line: a subject has its colour in every plot, its other members make the dashes."""

    name: str
    hue: int
    dash: str
    points: dict[str, Summary] = field(default_factory=dict)


def all_plots(measurements: Measurements) -> list[Plot]:
    latency = [key for key in measurements.of("record_latency") if "scenario" in dict(key.case)]
    stages = [
        key
        for key in measurements.of("delivery_stages")
        if key.metric == "cpu_per_event" and "stage" in dict(key.case)
    ]
    result = _latency_plots(measurements, [key for key in latency if key.metric in PERCENTILES])
    result += _throughput_plot(
        measurements,
        [
            key
            for key in latency
            if key.metric == "events_per_second" and dict(key.case)["scenario"] == "flood"
        ],
    )
    return result + _stages_plot(measurements, stages)


def _latency_plots(measurements: Measurements, keys: Sequence[Key]) -> list[Plot]:
    groups: dict[tuple[str, int], list[Key]] = {}
    for key in keys:
        case = dict(key.case)
        if case.get("threads") in (1, 2):
            groups.setdefault((str(case["scenario"]), int(case["threads"])), []).append(key)
    plots = []
    for (scenario, threads), group in groups.items():
        title = f"Duration of one call: {scenario}, {_threads(threads)}"
        series = _series(measurements, keys, group, lambda key: key.metric)
        places = [name for name in PERCENTILES if any(name in line.points for line in series)]
        svg = _lines(title, series, places, "percentile of the calls", "duration, logarithmic", _ns)
        plots.append(Plot(f"latency-{_slug(scenario)}-{threads}.svg", title, svg))
    return plots


def _throughput_plot(measurements: Measurements, keys: Sequence[Key]) -> list[Plot]:
    keys = [key for key in keys if "threads" in dict(key.case)]
    if not keys:
        return []
    title = "Events taken per second in a flood, all threads together"
    counts = sorted({int(dict(key.case)["threads"]) for key in keys})
    series = _series(measurements, keys, keys, lambda key: str(dict(key.case)["threads"]))
    svg = _lines(
        title,
        series,
        [str(count) for count in counts],
        "recording threads",
        "events per second, logarithmic",
        _per_second,
    )
    return [Plot("throughput.svg", title, svg)]


def _stages_plot(measurements: Measurements, keys: Sequence[Key]) -> list[Plot]:
    if not keys:
        return []
    stages = [stage for stage in STAGES if any(dict(key.case)["stage"] == stage for key in keys)]
    stages += sorted({str(dict(key.case)["stage"]) for key in keys} - set(stages))
    bars: dict[str, dict[str, float]] = {}
    for key in keys:
        bar = bars.setdefault(_rest(key.case, "stage") or "all", {})
        bar[str(dict(key.case)["stage"])] = max(0.0, measurements.summary(key).median)
    unit = measurements.units[keys[0]]
    most = max(sum(bar.values()) for bar in bars.values()) or 1.0
    step = _step(most / 5)
    limit = step * math.ceil(most / step)
    pitch, left = 46, LEFT + 60
    bottom = TOP + 10 + pitch * len(bars)
    title = "CPU time per event, by stage"
    sheet = Sheet(LEGEND + 170, bottom + 60, title, _method(measurements, keys))
    for i in range(round(limit / step) + 1):
        x = left + (WIDTH - 60) * i * step / limit
        sheet.line(x, TOP, x, bottom, "grid")
        sheet.text(x, bottom + 18, f"{i * step:g}", "middle", "quiet")
    sheet.text(left + (WIDTH - 60) / 2, bottom + 42, f"{unit} of CPU time per event", "middle", "quiet")
    for row, (name, bar) in enumerate(bars.items()):
        y = TOP + 15 + pitch * row
        x = float(left)
        sheet.text(left - 10, y + 19, name, "end")
        for stage in (stage for stage in stages if stage in bar):
            width = (WIDTH - 60) * bar[stage] / limit
            says = f"{name}, {stage}: {number(bar[stage])} {unit}"
            sheet.box(x, y, max(0.0, width - 1.5), 28, f"fill{stages.index(stage) % len(HUES)}", says)
            x += width
        sheet.text(x + 6, y + 19, number(sum(bar.values())))
    for i, stage in enumerate(stages):
        sheet.box(LEGEND, TOP + 20 * i, 14, 14, f"fill{i % len(HUES)}", stage)
        sheet.text(LEGEND + 22, TOP + 12 + 20 * i, stage)
    sheet.line(left, TOP, left, bottom, "axis")
    return [Plot("stages.svg", title, sheet.svg())]


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
    repetitions = max(point.repetitions for point in points)
    subtitle = f"medians of {repetitions} repetitions; bars from the least to the greatest"
    ticks = _log_ticks(max(1.0, min(p.least for p in points)), max(1.0, max(p.greatest for p in points)))
    low, high = math.log10(ticks[0]), math.log10(ticks[-1])
    longest = max(len(line.name) for line in series)
    sheet = Sheet(LEGEND + 50 + 7 * longest, TOP + HEIGHT + 70, title, subtitle)

    def across(i: int) -> float:
        return LEFT + WIDTH * (i + 0.5) / len(places)

    def up(value: float) -> float:
        part = (math.log10(max(value, ticks[0])) - low) / (high - low)
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
        drawn = [(i, line.points[place]) for i, place in enumerate(places) if place in line.points]
        for i, point in drawn:
            sheet.line(across(i), up(point.least), across(i), up(point.greatest), f"whisker stroke{line.hue}")
        sheet.path([(across(i), up(p.median)) for i, p in drawn], f"stroke{line.hue}", line.dash)
        for i, point in drawn:
            says = f"{line.name}, {places[i]}: {label(point.median)}"
            sheet.dot(across(i), up(point.median), f"fill{line.hue}", says)
        y = TOP + 8 + 22 * row
        sheet.path([(LEGEND, y), (LEGEND + 32, y)], f"stroke{line.hue}", line.dash)
        sheet.text(LEGEND + 40, y + 4, line.name)
    return sheet.svg()


def _log_ticks(least: float, greatest: float) -> list[float]:
    """1, 10, 100 … around the values, with 2 and 5 between where the range is short."""
    factors = (1, 2, 5) if greatest / least < 300 else (1,)
    steps = [f * 10.0**e for e in range(-1, 16) for f in factors]
    first = max(i for i, step in enumerate(steps) if step <= least)
    last = min(i for i, step in enumerate(steps) if step >= greatest)
    return steps[first : max(last, first + 1) + 1]


def _step(least: float) -> float:
    """The smallest of 1, 2, 5, 10, 20 … that is not below."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * 0.999)


def _method(measurements: Measurements, keys: Sequence[Key]) -> str:
    return f"medians of {max(len(measurements.values[key]) for key in keys)} repetitions"


def _subject(key: Key) -> str:
    return str(dict(key.case).get("subject", ""))


def _others(key: Key) -> str:
    return _rest(key.case, "subject", "scenario", "threads")


def _rest(case: Case, *without: str) -> str:
    return ", ".join(str(value) for name, value in case if name not in without)


def _threads(count: int) -> str:
    return "1 thread" if count == 1 else f"{count} threads"


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
