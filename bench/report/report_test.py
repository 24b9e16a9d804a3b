"""The report's own tests, on made-up lines: python3 -B bench/report/report_test.py"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tempfile
import unittest
from collections.abc import Sequence
from pathlib import Path

import machines

REPORT = Path(__file__).resolve().parent
BAR = {
    "name": "ours against the bound",
    "limit": 1.5,
    "numerator": {"bench": "b", "case": {"subject": "ours"}, "metric": "mean"},
    "denominator": {"bench": "b", "case": {"subject": "bound"}, "metric": "mean"},
    "budget": "as fast as light",
}


def line(subject: str, value: float, bench: str = "b", metric: str = "mean", **more: object) -> str:
    case: dict[str, object] = {"subject": subject, **more}
    return json.dumps(
        {"bench": bench, "case": case, "metric": metric, "unit": "ns", "value": value}
    )


class Report(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        self.bar: dict[str, object] = BAR

    def report(
        self, *repetitions: list[str], complete: bool = False, more: Sequence[str] = ()
    ) -> int:
        files = []
        for i, lines in enumerate(repetitions):
            files.append(str(self.directory / f"{i}.jsonl"))
            Path(files[-1]).write_text("\n".join(lines), "utf-8")
        (self.directory / "bars.json").write_text(json.dumps([self.bar]))
        command = [sys.executable, "-B", str(REPORT), "--results", str(self.directory / "results")]
        command += ["--bars", str(self.directory / "bars.json")] + ["--complete"] * complete
        command += more
        return subprocess.run(command + files, stdout=subprocess.DEVNULL, check=False).returncode

    def page(self) -> str:
        return (self.directory / "results/results.md").read_text("utf-8")

    def verdict(self) -> dict[str, object]:
        written = json.loads((self.directory / "results/results.json").read_text("utf-8"))
        return dict(written["bars"][0])

    def test_takes_the_ratio_within_each_repetition(self) -> None:
        # The machine slows down tenfold: the medians' ratio is 100 / 11, that of the pairs 1.
        self.assertEqual(
            self.report(
                [line("ours", 10), line("bound", 10)],
                [line("ours", 100), line("bound", 100)],
                [line("ours", 110), line("bound", 11)],
            ),
            0,
        )
        self.assertEqual(self.verdict()["verdict"], "held")
        self.assertEqual(
            self.verdict()["ratio"], {"median": 1, "least": 1, "greatest": 10, "repetitions": 3}
        )

    def test_a_missed_bar_fails(self) -> None:
        self.assertEqual(self.report([line("ours", 16), line("bound", 10)]), 1)
        self.assertEqual(self.verdict()["verdict"], "MISSED")
        self.assertEqual(self.report([line("ours", 15), line("bound", 10)]), 0)

    def test_a_bar_without_denominator_limits_the_measurement_itself(self) -> None:
        self.bar = {name: value for name, value in BAR.items() if name != "denominator"}
        self.assertEqual(self.report([line("ours", 1.5)], complete=True), 0)
        self.assertEqual(self.report([line("ours", 1.6)]), 1)
        self.assertEqual(self.report([line("bound", 1)], complete=True), 1)

    def test_a_dear_machine_has_a_bar_of_its_own(self) -> None:
        cost = {"bench": "b", "case": {"subject": "machine"}, "metric": "mean"}
        self.bar = BAR | {"floor": {"above": 2, "limit": 1.25, "cost": cost}}
        bound = line("bound", 10)
        # Twice the bound is not more than twice: at most 15.
        self.assertEqual(self.report([line("ours", 15), bound, line("machine", 20)]), 0)
        self.assertEqual(self.report([line("ours", 16), bound, line("machine", 20)]), 1)
        # At most 1.25 × (30 + 10).
        self.assertEqual(self.report([line("ours", 50), bound, line("machine", 30)]), 0)
        self.assertEqual(self.report([line("ours", 51), bound, line("machine", 30)]), 1)
        self.assertEqual(self.verdict()["limit"], 1.25)
        self.assertIn("| 40 ", self.page())
        self.assertEqual(self.report([line("ours", 1), bound], complete=True), 1)

    def test_a_bar_that_was_not_measured_fails_a_complete_run(self) -> None:
        self.assertEqual(self.report([line("ours", 1)]), 0)
        self.assertEqual(self.report([line("ours", 1)], complete=True), 1)
        self.assertEqual(self.report([line("ours", 1), line("bound", 0)], complete=True), 1)

    def test_a_bar_that_fits_several_measurements_was_not_measured(self) -> None:
        ambiguous = [line("ours", 1, threads=1), line("ours", 1, threads=2), line("bound", 1)]
        self.assertEqual(self.report(ambiguous, complete=True), 1)
        self.assertIn("must name one", str(self.verdict()["note"]))

    def test_what_the_machine_lacks_is_skipped(self) -> None:
        skipped = '{"bench":"b","case":{"memory":"tmpfs"},"skipped":"no tmpfs"}'
        self.assertEqual(self.report([line("ours", 1), skipped], complete=True), 0)
        self.assertEqual(self.verdict()["verdict"], "skipped")
        other = '{"bench":"b","case":{"subject":"third"},"skipped":"no third"}'
        self.assertEqual(self.report([line("ours", 1), other], complete=True), 1)

    def test_a_program_that_failed_or_printed_nonsense_fails(self) -> None:
        for bad in (
            '{"bench":"b","failed":"exit code 3"}',
            "nonsense",
            line("ours", float("nan")),
            '{"bench":"b","case":{},"metric":"mean","unit":"ns","value":"1"}',
        ):
            self.assertEqual(self.report([line("ours", 1), line("bound", 1), bad]), 1, bad)
            self.assertIn("## Failed", self.page())

    def test_each_machine_keeps_its_column(self) -> None:
        page = self.directory / "page.md"
        page.write_text("before\n" + machines.BEGIN + "old\n" + machines.END + "after\n", "utf-8")

        def measured_on(cpu: str, date: str, value: float) -> str:
            file = self.directory / "machine.txt"
            file.write_text(f"CPU: {cpu}\nclock source: tsc\ndate: {date}\n", "utf-8")
            more = ["--machine", str(file), "--page", str(page)]
            self.report([line("ours", value), line("bound", 10)], more=more)
            return page.read_text("utf-8")

        measured_on("A", "2026-01-01", 12)
        text = measured_on("B", "2026-01-02", 20)
        self.assertIn("| CPU | B | A |", text)
        self.assertIn(
            "| ours against the bound | 2 of 1.5 (20 ns), **missed** | 1.2 of 1.5 (12 ns) |", text
        )
        again = measured_on("A", "2026-01-03", 13)
        self.assertIn("| CPU | A | B |", again)
        self.assertNotIn("(12 ns)", again)
        self.assertTrue(again.startswith("before\n") and again.endswith("after\n"))

    def test_the_committed_page_has_the_committed_machines(self) -> None:
        root = REPORT.parent.parent
        page = (root / "docs/benchmarks.md").read_text("utf-8")
        self.assertIn(machines.table(root / "bench/results/machines"), page)

    def test_every_bench_gets_a_table_of_medians(self) -> None:
        self.report(
            *([line("ours", value, "new", "lost | found", size=1000)] for value in (1, 2, 30))
        )
        table = "| subject | size | lost \\| found, ns |\n| --- | --- | ---: |\n| ours | 1,000 | 2 (1–30) |\n"
        self.assertIn("## new\n\n" + table, self.page())

    @unittest.skipUnless(importlib.util.find_spec("matplotlib"), "no matplotlib")
    def test_plots_come_and_go_with_their_data(self) -> None:
        latency = [
            line("ours", value, "record_latency", metric, scenario="burst", threads=1)
            for metric, value in (("p50", 0), ("p99", 20), ("max", 1e7))
        ]
        self.report(latency)
        plot = self.directory / "results/latency-burst-1.svg"
        self.assertIn("duration, ns", plot.read_text("utf-8"))
        mine = self.directory / "results/mine.svg"
        mine.write_text("stays")
        self.report([line("ours", 1)])
        self.assertFalse(plot.exists())
        self.assertTrue(mine.exists())


if __name__ == "__main__":
    unittest.main()
