"""The plots, by matplotlib. Each is drawn when its measurements are there; without matplotlib none."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from measurements import Key, Measurements, rest
from tables import counted, number

try:
    import matplotlib
    from matplotlib.figure import Figure
except ImportError:
    matplotlib = None

PERCENTILES = ("p50", "p90", "p99", "p99.9", "p99.99", "max")
STAGES = ("record", "order", "format", "encode", "compress", "send")
STYLES = ("-", "--", ":", "-.")
# Text stays text, and the same measurements give the same file.
SETTINGS = {"svg.fonttype": "none", "svg.hashsalt": "shiptrace", "font.size": 10}


@dataclass(frozen=True)
class Plot:
    name: str  # of the file
    title: str
    svg: str


def all_plots(measurements: Measurements) -> list[Plot]:
    if matplotlib is None:
        return []
    with matplotlib.rc_context(SETTINGS):
        return [
            *_latency_plots(measurements),
            *_throughput_plots(measurements),
            *_stage_plots(measurements),
        ]


def _latency_plots(measurements: Measurements) -> list[Plot]:
    """One per scenario, for one and for two threads."""
    keys = [key for key in _record_keys(measurements) if key.metric in PERCENTILES]
    groups: dict[tuple[str, int], list[Key]] = {}
    for key in keys:
        case = dict(key.case)
        if case["threads"] in (1, 2):
            groups.setdefault((str(case["scenario"]), int(case["threads"])), []).append(key)
    plots = []
    for (scenario, threads), group in groups.items():
        measured = {key.metric for key in group}
        places = [name for name in PERCENTILES if name in measured]
        figure, axes = _figure(f"Duration of one call: {scenario}, {counted(threads, 'thread')}")
        _draw_lines(axes, measurements, keys, group, places, lambda key: key.metric)
        axes.set(xlabel="percentile of the calls", ylabel="duration, ns")
        plots.append(_plot(figure, f"latency-{_slug(scenario)}-{threads}.svg"))
    return plots


def _throughput_plots(measurements: Measurements) -> list[Plot]:
    keys = [
        key
        for key in _record_keys(measurements)
        if key.metric == "events_per_second" and dict(key.case)["scenario"] == "flood"
    ]
    if not keys:
        return []
    places = [str(n) for n in sorted({int(dict(key.case)["threads"]) for key in keys})]
    figure, axes = _figure("Events recorded per second in a flood, all threads together")
    _draw_lines(axes, measurements, keys, keys, places, lambda key: str(dict(key.case)["threads"]))
    axes.set(xlabel="recording threads", ylabel="events per second")
    return [_plot(figure, "throughput.svg")]


def _stage_plots(measurements: Measurements) -> list[Plot]:
    """Where the CPU time of an event goes: one stacked bar per case of delivery_stages."""
    bars: dict[str, dict[str, float]] = {}
    unit = ""
    for key in measurements.of("delivery_stages"):
        stage = dict(key.case).get("stage")
        if key.metric == "cpu_per_event" and stage is not None:
            # A stage that is the difference of two measurements can be negative by noise.
            time = max(0.0, measurements.summary(key).median)
            bars.setdefault(rest(key.case, "stage"), {})[str(stage)] = time
            unit = measurements.units[key]
    if not bars:
        return []
    seen = {stage: None for bar in bars.values() for stage in bar}
    stages = sorted(seen, key=lambda stage: STAGES.index(stage) if stage in STAGES else len(STAGES))
    figure, axes = _figure("CPU time per event, by stage")
    left = [0.0] * len(bars)
    for stage in stages:
        widths = [bar.get(stage, 0.0) for bar in bars.values()]
        axes.barh(list(bars), widths, left=left, label=stage)
        left = [begin + width for begin, width in zip(left, widths)]
    for row, total in enumerate(left):
        axes.text(total, row, f" {number(total)}", va="center")
    axes.invert_yaxis()
    axes.set(xlabel=f"{unit} of CPU time per event")
    return [_plot(figure, "stages.svg")]


def _record_keys(measurements: Measurements) -> list[Key]:
    """Those of a subject in a scenario."""
    members = {"scenario", "threads"}
    return [key for key in measurements.of("record_latency") if members <= dict(key.case).keys()]


def _draw_lines(
    axes: object,
    measurements: Measurements,
    all_keys: Sequence[Key],
    keys: Sequence[Key],
    places: Sequence[str],
    place: Callable[[Key], str],
) -> None:
    """Medians with bars from the least to the greatest, on a logarithmic axis. A subject has its
    colour in every plot of the kind, its other members make the dashes."""
    subjects = list(dict.fromkeys(_subject(key) for key in all_keys))
    others = list(dict.fromkeys(_others(key) for key in all_keys))
    lines: dict[tuple[str, str], dict[str, Key]] = {}
    for key in keys:
        lines.setdefault((_subject(key), _others(key)), {})[place(key)] = key
    for (subject, other), points in lines.items():
        drawn = [name for name in places if name in points]
        summaries = [measurements.summary(points[name]) for name in drawn]
        medians = [max(1.0, each.median) for each in summaries]
        below = [median - max(1.0, s.least) for median, s in zip(medians, summaries)]
        above = [max(1.0, s.greatest) - median for median, s in zip(medians, summaries)]
        axes.errorbar(
            [places.index(name) for name in drawn],
            medians,
            yerr=[below, above],
            label=f"{subject}, {other}" if other else subject,
            color=f"C{subjects.index(subject) % 10}",
            linestyle=STYLES[others.index(other) % len(STYLES)],
            marker="o",
            markersize=4,
            elinewidth=1,
        )
    axes.set_yscale("log")
    axes.set_xticks(range(len(places)), places)
    axes.grid(axis="y", alpha=0.4)


def _figure(title: str) -> tuple[object, object]:
    figure = Figure(figsize=(9, 4.5), layout="constrained")
    axes = figure.add_subplot(title=title)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _plot(figure: object, name: str) -> Plot:
    axes = figure.axes[0]
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1), frameon=False)
    svg = io.StringIO()
    figure.savefig(svg, format="svg", metadata={"Date": None})
    return Plot(name, axes.get_title(), svg.getvalue())


def _subject(key: Key) -> str:
    return str(dict(key.case).get("subject", ""))


def _others(key: Key) -> str:
    return rest(key.case, "subject", "scenario", "threads")


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower().replace(",", "")).strip("-")

