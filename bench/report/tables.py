"""results.md: the bars, the plots, and one table per benchmark, whatever it measures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bars import Outcome
from measurements import Case, Measurements, Summary


def number(value: float) -> str:
    """Three significant digits; below a million all those before the point."""
    if value == 0:
        return "0"
    if abs(value) >= 1e9:
        return f"{value / 1e9:.3g} G"
    if abs(value) >= 1e6:
        return f"{value / 1e6:.3g} M"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) >= 0.001 else f"{value:.2e}"


def counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def spread(summary: Summary, unit: str = "") -> str:
    """31.2 (30.1–33.4): the median, and the least and greatest where they look different."""
    text = number(summary.median) + (f" {unit}" if unit else "")
    least, greatest = number(summary.least), number(summary.greatest)
    return text if least == greatest else f"{text} ({least}–{greatest})"


def page(
    machine: dict[str, str],
    measurements: Measurements,
    outcomes: Sequence[Outcome],
    plots: Sequence[tuple[str, str]],
) -> str:
    """`plots`: file names with what they show."""
    repetitions = max((len(seen) for seen in measurements.values.values()), default=0)
    parts = [
        "# Benchmark results\n",
        f"Written by `bench/run.sh`. Figures are medians of {counted(repetitions, 'repetition')}, with the least"
        " and the greatest in parentheses where they differ. `docs/benchmarks.md` says how they were"
        " measured.\n",
    ]
    if machine:
        parts.append(table(["machine", ""], machine.items()))
    parts.append("## Bars\n")
    parts.append(_bars(outcomes) if outcomes else "None.\n")
    if measurements.failed:
        parts.append("## Failed\n")
        parts.append("".join(f"- {_cell(reason)}\n" for reason in measurements.failed))
    if plots:
        parts.append("## Plots\n")
        parts.extend(f"![{title}]({name})\n" for name, title in plots)
    parts.extend(f"## {bench}\n\n{_bench(measurements, bench)}" for bench in measurements.benches())
    if measurements.skipped:
        parts.append("## Skipped\n")
        rows = ((skip.bench, _members(skip.case), skip.reason) for skip in measurements.skipped)
        parts.append(table(["bench", "case", "reason"], rows))
    return "\n".join(parts)


def _bars(outcomes: Iterable[Outcome]) -> str:
    """The ratio, then what it is made of, then the distance to what the design aims at."""
    header = ["bar", "ratio", "limit", "verdict", "measured", "bound", "budget"]
    rows = []
    for outcome in outcomes:
        sides = [
            spread(side, unit) if side else ""
            for side, unit in zip((outcome.numerator, outcome.denominator), outcome.units)
        ]
        ratio = spread(outcome.ratio) if outcome.ratio else ""
        verdict = f"**{outcome.verdict.value}**" + (f": {outcome.note}" if outcome.note else "")
        rows.append(
            [outcome.bar.name, ratio, f"≤ {outcome.bar.limit:g}", verdict, *sides, outcome.bar.budget]
        )
    return table(header, rows)


def _bench(measurements: Measurements, bench: str) -> str:
    members: dict[str, None] = {}
    rows: dict[Case, dict[tuple[str, str], str]] = {}
    for key in measurements.of(bench):
        members.update(dict.fromkeys(name for name, _ in key.case))
        column = (key.metric, measurements.units[key])
        rows.setdefault(key.case, {})[column] = spread(measurements.summary(key))
    fullest_first = sorted(rows.values(), key=len, reverse=True)
    columns = list(dict.fromkeys(column for cells in fullest_first for column in cells))
    header = [*members] + [f"{metric}, {unit}" if unit else metric for metric, unit in columns]
    return table(
        header,
        (
            [_value(dict(case).get(member, "")) for member in members]
            + [cells.get(column, "") for column in columns]
            for case, cells in rows.items()
        ),
        numbers=len(columns),
    )


def _value(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def _members(case: Case) -> str:
    return ", ".join(f"{name} {_value(value)}" for name, value in case)


def table(header: Sequence[str], rows: Iterable[Sequence[str]], numbers: int = 0) -> str:
    """The last `numbers` columns are aligned to the right."""
    alignment = ["---"] * (len(header) - numbers) + ["---:"] * numbers
    lines = [header, alignment, *rows]
    return "".join("| " + " | ".join(_cell(cell) for cell in line) + " |\n" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
