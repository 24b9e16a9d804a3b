"""The plot of delivery_stages: where the CPU time of an event goes."""

from __future__ import annotations

import math

from measurements import Measurements, rest
from svg import HUES, Plot, Sheet
from tables import counted, number

STAGES = ("record", "order", "format", "encode", "compress", "send")
TOP, WIDTH, PITCH = 80, 480, 46  # of the bars


def stage_plots(measurements: Measurements) -> list[Plot]:
    """One stacked bar per case."""
    bars: dict[str, dict[str, float]] = {}
    unit, repetitions = "", 0
    for key in measurements.of("delivery_stages"):
        stage = dict(key.case).get("stage")
        if key.metric == "cpu_per_event" and stage is not None:
            # Where a stage is the difference of two measurements, noise can make it negative.
            time = max(0.0, measurements.summary(key).median)
            bars.setdefault(rest(key.case, "stage"), {})[str(stage)] = time
            unit, repetitions = measurements.units[key], len(measurements.values[key])
    if not bars:
        return []
    title = "CPU time per event, by stage"
    subtitle = f"medians of {counted(repetitions, 'repetition')}"
    svg = _stacked(title, subtitle, bars, f"{unit} of CPU time per event")
    return [Plot("stages.svg", title, svg)]


def _stacked(title: str, subtitle: str, bars: dict[str, dict[str, float]], x_title: str) -> str:
    seen = [stage for bar in bars.values() for stage in bar]
    stages = [stage for stage in STAGES if stage in seen]
    stages += [stage for stage in dict.fromkeys(seen) if stage not in STAGES]
    most = max(sum(bar.values()) for bar in bars.values()) or 1.0
    step = _step(most / 5)
    scale = WIDTH / (step * math.ceil(most / step))
    left = 40 + 8 * max(len(name) for name in bars)
    legend = left + WIDTH + 70
    bottom = TOP + 10 + max(PITCH * len(bars), 20 * len(stages))
    sheet = Sheet(legend + 130, bottom + 60, title, subtitle)
    for i in range(round(WIDTH / scale / step) + 1):
        x = left + i * step * scale
        sheet.line(x, TOP, x, bottom, "grid")
        sheet.text(x, bottom + 18, f"{i * step:g}", "middle", "quiet")
    sheet.text(left + WIDTH / 2, bottom + 42, x_title, "middle", "quiet")
    for row, (name, bar) in enumerate(bars.items()):
        y = TOP + 15 + PITCH * row
        x = float(left)
        sheet.text(left - 10, y + 19, name, "end")
        for stage in (stage for stage in stages if stage in bar):
            width = bar[stage] * scale
            says = f"{name} {stage}: {number(bar[stage])}".strip()
            sheet.box(x, y, max(0.0, width - 1.5), 28, _hue(stages, stage), says)
            x += width
        sheet.text(x + 6, y + 19, number(sum(bar.values())))
    for i, stage in enumerate(stages):
        sheet.box(legend, TOP + 20 * i, 14, 14, _hue(stages, stage), stage)
        sheet.text(legend + 22, TOP + 12 + 20 * i, stage)
    sheet.line(left, TOP, left, bottom, "axis")
    return sheet.svg()


def _hue(stages: list[str], stage: str) -> str:
    return f"fill{stages.index(stage) % len(HUES)}"


def _step(least: float) -> float:
    """The smallest of 1, 2, 5, 10, 20 … that is not below."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * 0.999)
