"""The plots. Each is drawn when its measurements are there, and not otherwise."""

from __future__ import annotations

from line_plots import latency_plots, throughput_plots
from measurements import Measurements
from stage_plot import stage_plots
from svg import Plot


def all_plots(measurements: Measurements) -> list[Plot]:
    return [
        *latency_plots(measurements),
        *throughput_plots(measurements),
        *stage_plots(measurements),
    ]
