"""Makes results.json, results.md and the plots out of what the benchmarks printed.

    python3 bench/report --results DIR [--bars FILE]… [--machine FILE] [--complete] [--page FILE] FILE…

Each FILE holds the JSON lines of one repetition of all benchmarks. The plots need
matplotlib; without it the report has none. Exit codes: 0 all bars are held · 1 a bar is missed or a program failed, with --complete
also when a bar was not measured · 2 wrong usage.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import bars
import machines
import measurements
import plots
import tables
from bars import Outcome, Verdict
from measurements import Measurements


def main() -> int:
    arguments = _arguments()
    seen = measurements.read(arguments.files)
    wanted = [bar for path in arguments.bars for bar in bars.read(path)]
    outcomes = [bars.judge(bar, seen) for bar in wanted]
    machine = _machine(arguments.machine)
    drawn = plots.all_plots(seen)

    results: Path = arguments.results
    results.mkdir(parents=True, exist_ok=True)
    _remove_earlier_plots(results)
    for plot in drawn:
        (results / plot.name).write_text(plot.svg, "utf-8")
    listed = [(plot.name, plot.title) for plot in drawn]
    page = tables.page(machine, seen, outcomes, listed)
    (results / "results.md").write_text(page, "utf-8")
    everything = _as_json(machine, seen, outcomes, [plot.name for plot in drawn])
    (results / "results.json").write_text(everything, "utf-8")
    if arguments.page:
        machines.save(results / "machines", machine, outcomes)
        machines.update(arguments.page, results / "machines")
    _print(seen, outcomes)
    bad = {Verdict.MISSED} | ({Verdict.UNMEASURED} if arguments.complete else set())
    return 1 if seen.failed or any(outcome.verdict in bad for outcome in outcomes) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="report", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="one repetition each")
    parser.add_argument("--results", required=True, type=Path, metavar="DIR", help="where to write")
    parser.add_argument("--bars", action="append", default=[], type=Path, metavar="FILE")
    parser.add_argument("--machine", type=Path, metavar="FILE", help="lines `name: value`")
    parser.add_argument("--complete", action="store_true", help="every bar has to be measured")
    parser.add_argument("--page", type=Path, metavar="FILE", help="has the table by machine")
    return parser.parse_args()


def _machine(path: Path | None) -> dict[str, str]:
    if path is None:
        return {}
    pairs = (line.partition(": ") for line in path.read_text("utf-8").splitlines())
    return {name: value for name, _, value in pairs}


def _remove_earlier_plots(results: Path) -> None:
    """Those that an earlier report wrote there, and nothing else."""
    earlier = results / "results.json"
    if earlier.exists():
        for name in json.loads(earlier.read_text("utf-8")).get("plots", []):
            (results / Path(name).name).unlink(missing_ok=True)


def _as_json(
    machine: dict[str, str], seen: Measurements, outcomes: Sequence[Outcome], plots: list[str]
) -> str:
    """With one measurement per line, so that two results can be compared by diff."""
    parts: dict[str, list[object]] = {
        "bars": [
            {
                "name": outcome.bar.name,
                "limit": outcome.bar.limit,
                "verdict": outcome.verdict.value,
                "note": outcome.note,
                "ratio": asdict(outcome.ratio) if outcome.ratio else None,
                "budget": outcome.bar.budget,
            }
            for outcome in outcomes
        ],
        "measurements": [
            {
                "bench": key.bench,
                "case": dict(key.case),
                "metric": key.metric,
                "unit": seen.units[key],
                "median": seen.summary(key).median,
                "values": list(values.values()),
            }
            for key, values in seen.values.items()
        ],
        "skipped": [
            {"bench": skip.bench, "case": dict(skip.case), "reason": skip.reason}
            for skip in seen.skipped
        ],
        "failed": list(seen.failed),
        "plots": list(plots),
    }
    lines = ['"machine": ' + json.dumps(machine, ensure_ascii=False, indent=2)]
    for name, entries in parts.items():
        rows = ",\n".join("  " + json.dumps(entry, ensure_ascii=False) for entry in entries)
        lines.append(f'"{name}": [\n{rows}\n]' if rows else f'"{name}": []')
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _print(seen: Measurements, outcomes: Sequence[Outcome]) -> None:
    for outcome in outcomes:
        ratio = tables.spread(outcome.ratio) if outcome.ratio else outcome.note
        verdict = outcome.verdict.value
        print(f"{verdict:<12}  {outcome.bar.name}: {ratio}, limit {outcome.bar.limit:g}")
    for skip in seen.skipped:
        print(f"skipped       {skip.bench} {dict(skip.case) or ''}: {skip.reason}")
    for reason in seen.failed:
        print(f"FAILED        {reason}")


if __name__ == "__main__":
    sys.exit(main())
