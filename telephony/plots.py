"""Plots as inline SVG, drawn by hand: no script, no font, no colour of their own; those come from the page's style."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, WIDE, HEIGHT = 640, 1280, 300
LEFT, RIGHT, TOP, BOTTOM = 52, 20, 14, 40
FLOOR = HEIGHT - BOTTOM
TICKS = 6  # about so many on an axis
POINTS_MAX = 240  # of one curve


@dataclass(frozen=True, slots=True)
class Line:
    """`series`: which of the page's colours, 1 to 6. `dots`: the points were measured one by one."""

    name: str
    points: Sequence[tuple[float, float]]
    series: int
    dots: bool = False


@dataclass(frozen=True, slots=True)
class Level:
    """A value that a reader looks for, as a line across the plot."""

    text: str
    y: float


@dataclass(frozen=True, slots=True)
class Axes:
    """One pair of axes that begin at 0."""

    x_name: str
    y_name: str
    x_max: float
    y_max: float
    width: int = WIDTH

    @property
    def right(self) -> int:
        return self.width - RIGHT

    def x(self, value: float) -> float:
        return LEFT + (self.right - LEFT) * value / (self.x_max or 1.0)

    def y(self, value: float) -> float:
        return FLOOR - (FLOOR - TOP) * min(value, self.y_max) / (self.y_max or 1.0)


def ecdf(samples: Sequence[float]) -> list[tuple[float, float]]:
    """Value → share of samples that are no larger, in percent; steps of a long list are thinned."""
    ordered = sorted(samples)
    n = len(ordered)
    kept = range(n) if n <= POINTS_MAX else sorted({round(i * (n - 1) / (POINTS_MAX - 1)) for i in range(POINTS_MAX)})
    return [(ordered[0], 0.0), *((ordered[i], 100 * (i + 1) / n) for i in kept)]


def lines(curves: Sequence[Line], axes: Axes, *, title: str, levels: Sequence[Level] = ()) -> str:
    """`title` is what a screen reader says of it. What lies beyond an axis is left out (x) or drawn at its end (y)."""
    drawn = [_axes(axes), *(_level(level, axes) for level in levels)]
    for curve in curves:
        inside = [(x, y) for x, y in curve.points if x <= axes.x_max]
        if inside:
            drawn.append(_curve(curve, inside, axes))
    inner = "".join(drawn)
    return f'<svg viewBox="0 0 {axes.width} {HEIGHT}" role="img" aria-label="{escape(title)}">{inner}</svg>'


def legend(curves: Sequence[Line]) -> str:
    keys = (f'<span class="key"><i class="s{c.series}"></i>{escape(c.name)}</span>' for c in curves)
    return f'<p class="legend">{"".join(keys)}</p>'


def nice(most: float) -> float:
    """A step of 1, 2 or 5 times a power of ten."""
    if most <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(most / TICKS))
    return next(power * times for times in (1, 2, 5, 10) if power * times * TICKS >= most)


def _axes(axes: Axes) -> str:
    parts = []
    for value in _ticks(axes.y_max):
        height = axes.y(value)
        parts.append(f'<path class="grid" d="M{LEFT} {height:.1f}H{axes.right}"/>')
        parts.append(f'<text x="{LEFT - 7}" y="{height + 4:.1f}" text-anchor="end">{value:g}</text>')
    for value in _ticks(axes.x_max):
        parts.append(f'<text x="{axes.x(value):.1f}" y="{FLOOR + 17}" text-anchor="middle">{value:g}</text>')
    across, down = (LEFT + axes.right) / 2, (TOP + FLOOR) / 2
    turned = f'transform="rotate(-90 12 {down})"'
    parts += [
        f'<path class="axis" d="M{LEFT} {FLOOR}H{axes.right}"/>',
        f'<text class="name" x="{across}" y="{HEIGHT - 4}" text-anchor="middle">{escape(axes.x_name)}</text>',
        f'<text class="name" x="12" y="{down}" text-anchor="middle" {turned}>{escape(axes.y_name)}</text>',
    ]
    return "".join(parts)


def _ticks(most: float) -> list[float]:
    step = nice(most)
    return [number * step for number in range(int(most / step + 1e-9) + 1)]


def _level(level: Level, axes: Axes) -> str:
    height = axes.y(level.y)
    text = f'<text class="goal" x="{axes.right - 4}" y="{height - 5:.1f}" text-anchor="end">{escape(level.text)}</text>'
    return f'<path class="goal" d="M{LEFT} {height:.1f}H{axes.right}"/>{text}'


def _curve(curve: Line, points: Sequence[tuple[float, float]], axes: Axes) -> str:
    path = "M" + "L".join(f"{axes.x(x):.1f} {axes.y(y):.1f}" for x, y in points)
    name = escape(curve.name)
    drawn = f'<path class="l s{curve.series}" d="{path}"><title>{name}</title></path>'
    for x, y in points if curve.dots else ():
        said = f"<title>{name}: {x:g}, {y:.4g}</title>"
        drawn += f'<circle class="d s{curve.series}" cx="{axes.x(x):.1f}" cy="{axes.y(y):.1f}" r="4">{said}</circle>'
    return drawn
