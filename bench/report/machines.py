"""The table by machine: what each machine that ever made a whole run measured for each bar.

Each machine has a file in results/machines, which its next whole run replaces. The table is a part of
docs/benchmarks.md, between two comments.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import tables
from bars import Outcome

BEGIN = "<!-- machines: written by bench/report -->\n"
END = "<!-- machines: end -->\n"
NAMED = ["CPU", "cores", "hypervisor", "clock source", "kernel", "disk", "commit", "date"]


def save(directory: Path, machine: dict[str, str], outcomes: Sequence[Outcome]) -> None:
    """A machine is the same one if CPU, cores, hypervisor and clock source are."""
    identity = " ".join(machine.get(name, "") for name in NAMED[:4])
    name = re.sub(r"[^a-z0-9]+", "-", identity.lower()).strip("-")
    column = {
        "machine": {name: machine[name] for name in NAMED if name in machine},
        "bars": {outcome.bar.name: _cell(outcome) for outcome in outcomes},
    }
    directory.mkdir(parents=True, exist_ok=True)
    text = json.dumps(column, ensure_ascii=False, indent=1)
    (directory / f"{name or 'unknown'}.json").write_text(text + "\n", "utf-8")


def _cell(outcome: Outcome) -> str:
    if not outcome.ratio:
        return outcome.verdict.value
    measured = ""
    if outcome.numerator:
        measured = f" ({tables.number(outcome.numerator.median)} {outcome.units[0]})"
    ratio = f"{tables.number(outcome.ratio.median)} of {outcome.bar.limit:g}"
    return f"{ratio}{measured}" + ("" if outcome.held() else ", **missed**")


def table(directory: Path) -> str:
    """The latest machine first; of the bars, those of the latest machine first."""
    columns = [json.loads(path.read_text("utf-8")) for path in sorted(directory.glob("*.json"))]
    columns.sort(key=lambda column: str(column["machine"].get("date", "")), reverse=True)
    rows = [
        [name, *(column["machine"].get(name, "") for column in columns)]
        for name in NAMED
        if any(name in column["machine"] for column in columns)
    ]
    bars = dict.fromkeys(name for column in columns for name in column["bars"])
    rows += [[name, *(column["bars"].get(name, "") for column in columns)] for name in bars]
    return tables.table(rows[0], rows[1:]) if columns else "None yet.\n"


def update(page: Path, directory: Path) -> None:
    text = page.read_text("utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"report: {page} does not have the lines {BEGIN.strip()} and {END.strip()}")
    page.write_text(f"{before}{BEGIN}\n{table(directory)}\n{END}{after}", "utf-8")
