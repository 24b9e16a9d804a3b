"""A sheet to draw a plot on: SVG by hand, readable on light and on dark pages."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

# Hues that keep apart for most eyes, in this order; a light and a dark step of each.
HUES = (
    ("#2a78d6", "#3987e5"),
    ("#eb6834", "#d95926"),
    ("#1baf7a", "#199e70"),
    ("#4a3aa7", "#9085e9"),
    ("#eda100", "#c98500"),
    ("#e34948", "#e66767"),
    ("#008300", "#37a537"),
    ("#d55181", "#e87ba4"),
)
DASHES = ("", "7 4", "2 3", "9 3 2 3")


def _rules(step: int, card: str, ink: str, quiet: str, grid: str) -> str:
    hues = "".join(
        f".stroke{i}{{stroke:{hue[step]}}}.fill{i}{{fill:{hue[step]}}}" for i, hue in enumerate(HUES)
    )
    return (
        f".card{{fill:{card}}}text{{fill:{ink}}}.quiet{{fill:{quiet}}}"
        f".grid{{stroke:{grid}}}.axis{{stroke:{quiet}}}{hues}"
    )


_STYLE = (
    "text{font:13px system-ui,-apple-system,'Segoe UI',sans-serif}"
    ".title{font-size:16px;font-weight:600}.line{fill:none;stroke-width:2;stroke-linejoin:round}"
    ".whisker{stroke-width:1.5;opacity:.5}"
    + _rules(0, "#fcfcfb", "#1f1e1c", "#6a6965", "#e4e3df")
    + "@media(prefers-color-scheme:dark){"
    + _rules(1, "#1a1a19", "#ecebe7", "#a3a29d", "#383835")
    + "}"
)


@dataclass(frozen=True)
class Plot:
    name: str  # of the file
    title: str
    svg: str


class Sheet:
    """Coordinates are pixels from the upper left corner."""

    def __init__(self, width: int, height: int, title: str, subtitle: str) -> None:
        self._parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
            f' width="{width}" height="{height}" role="img" aria-label="{escape(title)}">',
            f"<title>{escape(title)}</title><style>{_STYLE}</style>",
            f'<rect class="card" width="{width}" height="{height}" rx="8"/>',
        ]
        self.text(20, 30, title, css="title")
        self.text(20, 50, subtitle, css="quiet")

    def text(self, x: float, y: float, text: str, anchor: str = "start", css: str = "") -> None:
        self._parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{css}">{escape(text)}</text>'
        )

    def upright(self, x: float, y: float, text: str) -> None:
        """Turned to the left, its middle at (x, y)."""
        self._parts.append(
            f'<text transform="translate({x:.1f} {y:.1f}) rotate(-90)" text-anchor="middle"'
            f' class="quiet">{escape(text)}</text>'
        )

    def line(self, x1: float, y1: float, x2: float, y2: float, css: str) -> None:
        self._parts.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{css}"/>'
        )

    def path(self, points: list[tuple[float, float]], css: str, dash: str = "") -> None:
        places = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        self._parts.append(f'<polyline points="{places}" class="line {css}"{dashes}/>')

    def dot(self, x: float, y: float, css: str, says: str) -> None:
        """`says` appears where the pointer rests on it."""
        self._parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" class="{css}">'
            f"<title>{escape(says)}</title></circle>"
        )

    def box(self, x: float, y: float, width: float, height: float, css: str, says: str) -> None:
        self._parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" class="{css}">'
            f"<title>{escape(says)}</title></rect>"
        )

    def svg(self) -> str:
        return "\n".join([*self._parts, "</svg>"]) + "\n"
