"""Plots as inline SVG, drawn by hand: no script, no font, no colour of their own; those come from the page's style."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 640, 300
LEFT, RIGHT, TOP, BOTTOM = 52, 16, 14, 40
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
class Goal:
    """A level that a reader looks for, across the plot (`y`) or down through it (`x`)."""

    text: str
    x: float | None = None
    y: float | None = None


def ecdf(samples: Sequence[float]) -> list[tuple[float, float]]:
    """Value → share of samples that are no larger, in percent; steps of a long list are thinned."""
    ordered = sorted(samples)
    n = len(ordered)
    kept = range(n) if n <= POINTS_MAX else sorted({round(i * (n - 1) / (POINTS_MAX - 1)) for i in range(POINTS_MAX)})
    return [(ordered[0], 0.0), *((ordered[i], 100 * (i + 1) / n) for i in kept)]


def lines(
    curves: Sequence[Line], *, x: str, y: str, title: str, goals: Sequence[Goal] = (), x_max: float | None = None,
    y_max: float | None = None,
) -> str:  # fmt: skip
    """Curves over one pair of axes that begin at 0. `title` is what a screen reader says of it."""
    most_x = x_max or max((px for curve in curves for px, _ in curve.points), default=1.0)
    most_y = y_max or max((py for curve in curves for _, py in curve.points), default=1.0) * 1.05
    at_x, at_y = _scale(most_x, LEFT, WIDTH - RIGHT), _scale(most_y, HEIGHT - BOTTOM, TOP)
    drawn = [_axes(most_x, most_y, at_x, at_y, x, y)]
    drawn += [_goal(goal, at_x, at_y) for goal in goals]
    for curve in curves:
        inside = [(px, py) for px, py in curve.points if px <= most_x]
        if inside:
            drawn.append(_curve(curve, [(at_x(px), at_y(min(py, most_y))) for px, py in inside]))
    return _svg(drawn, title)


def bars(values: Mapping[str, tuple[float, int]], *, unit: str, title: str) -> str:
    """Name → value and series, one bar below the other."""
    row, label, room = 30, 190, 80
    most = max((value for value, _ in values.values()), default=1.0) or 1.0
    drawn = []
    for number, (name, (value, series)) in enumerate(values.items()):
        top, length = number * row + 4, max(2.0, (WIDTH - label - room) * value / most)
        drawn.append(f'<text class="name" x="{label - 8}" y="{top + 15}" text-anchor="end">{escape(name)}</text>')
        drawn.append(f'<rect class="b s{series}" x="{label}" y="{top}" width="{length:.1f}" height="20" rx="3"/>')
        drawn.append(
            f'<text class="value" x="{label + length + 6:.1f}" y="{top + 15}">{value:.3g} {escape(unit)}</text>'
        )
    return _svg(drawn, title, height=len(values) * row + 6)


def legend(curves: Sequence[Line]) -> str:
    keys = (f'<span class="key"><i class="s{c.series}"></i>{escape(c.name)}</span>' for c in curves)
    return f'<p class="legend">{"".join(keys)}</p>'


def nice(most: float) -> float:
    """A step of 1, 2 or 5 times a power of ten."""
    if most <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(most / TICKS))
    return next(power * times for times in (1, 2, 5, 10) if power * times * TICKS >= most)


def _axes(most_x: float, most_y: float, at_x: "_Scale", at_y: "_Scale", x: str, y: str) -> str:
    bottom, parts = HEIGHT - BOTTOM, []
    step = nice(most_y)
    for number in range(int(most_y / step + 1e-9) + 1):
        height = at_y(number * step)
        parts.append(f'<path class="grid" d="M{LEFT} {height:.1f}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text x="{LEFT - 7}" y="{height + 4:.1f}" text-anchor="end">{number * step:g}</text>')
    step = nice(most_x)
    for number in range(int(most_x / step + 1e-9) + 1):
        across = at_x(number * step)
        parts.append(f'<text x="{across:.1f}" y="{bottom + 17}" text-anchor="middle">{number * step:g}</text>')
    parts.append(f'<path class="axis" d="M{LEFT} {bottom}H{WIDTH - RIGHT}"/>')
    parts.append(
        f'<text class="name" x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 4}" text-anchor="middle">{escape(x)}</text>'
    )
    middle = (TOP + bottom) / 2
    turned = f'transform="rotate(-90 12 {middle})"'
    parts.append(f'<text class="name" x="12" y="{middle}" text-anchor="middle" {turned}>{escape(y)}</text>')
    return "".join(parts)


def _goal(goal: Goal, at_x: "_Scale", at_y: "_Scale") -> str:
    if goal.y is not None:
        height = at_y(goal.y)
        path = f"M{LEFT} {height:.1f}H{WIDTH - RIGHT}"
        text = f'x="{WIDTH - RIGHT - 4}" y="{height - 5:.1f}" text-anchor="end"'
    else:
        across = at_x(goal.x or 0.0)
        path = f"M{across:.1f} {TOP}V{HEIGHT - BOTTOM}"
        text = f'x="{across + 5:.1f}" y="{TOP + 10}"'
    return f'<path class="goal" d="{path}"/><text class="goal" {text}>{escape(goal.text)}</text>'


def _curve(curve: Line, points: Sequence[tuple[float, float]]) -> str:
    path = "M" + "L".join(f"{px:.1f} {py:.1f}" for px, py in points)
    drawn = f'<path class="l s{curve.series}" d="{path}"><title>{escape(curve.name)}</title></path>'
    if curve.dots:
        drawn += "".join(
            f'<circle class="d s{curve.series}" cx="{px:.1f}" cy="{py:.1f}" r="4">'
            f"<title>{escape(curve.name)}: {x:g}, {y:.4g}</title></circle>"
            for (px, py), (x, y) in zip(points, curve.points, strict=False)
        )
    return drawn


class _Scale:
    def __init__(self, most: float, start: float, end: float) -> None:
        self._most, self._start, self._end = most or 1.0, start, end

    def __call__(self, value: float) -> float:
        return self._start + (self._end - self._start) * value / self._most


def _scale(most: float, start: float, end: float) -> _Scale:
    return _Scale(most, start, end)


def _svg(parts: Sequence[str], title: str, *, height: int = HEIGHT) -> str:
    inner = "".join(parts)
    return f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}">{inner}</svg>'
