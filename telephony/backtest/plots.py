"""The two plots of a back-test as inline SVG: bars of old and new side by side, and curves of when a person came.

No script, no font, no colour of their own; those come from the page's style. Class `s1` is the old set, `s2` the new.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from telephony.backtest.span import Span

WIDTH, HEIGHT = 640, 260
LEFT, RIGHT, TOP, FLOOR = 52, 620, 14, 214
BAR, GAP = 44, 10
SERIES = ("s1", "s2")


@dataclass(frozen=True, slots=True)
class Group:
    """One quantity of both sets."""

    name: str
    values: tuple[Span, Span]


def bars(groups: Sequence[Group], *, title: str, most: float | None = None) -> str:
    """`most`: where the axis ends; by default beyond the highest bar. A whisker spans what is not known."""
    highest = most or _beyond(max((value.high for group in groups for value in group.values), default=1.0))
    wide = (RIGHT - LEFT) / max(1, len(groups))
    drawn = [_grid(highest)]
    for number, group in enumerate(groups):
        middle = LEFT + wide * (number + 0.5)
        drawn.append(f'<text x="{middle:.0f}" y="{FLOOR + 18}" text-anchor="middle">{escape(group.name)}</text>')
        for side, (series, value) in enumerate(zip(SERIES, group.values, strict=True)):
            x = middle - BAR - GAP / 2 if side == 0 else middle + GAP / 2
            drawn.append(_bar(x, value, highest, series))
    return _svg(title, "".join(drawn))


def due(old: Sequence[float], new: Sequence[float], of: int, *, title: str, x_name: str) -> str:
    """How many of the `of` callers who need a person have one by then: a step line for each set. 0: when it is due."""
    axis = _Axis(min((*old, *new, 0.0)), max((*old, *new, 1.0)))
    drawn = [_grid(100.0), f'<text class="name" x="{(LEFT + RIGHT) / 2}" y="{HEIGHT - 6}" text-anchor="middle">']
    drawn.append(f"{escape(x_name)}</text>")
    for tick in axis.ticks():
        drawn.append(f'<text x="{axis.x(tick):.1f}" y="{FLOOR + 18}" text-anchor="middle">{tick:g}</text>')
    drawn.append(f'<path class="whisker" d="M{axis.x(0):.1f} {FLOOR}V{TOP}"/>')
    for series, values in zip(SERIES, (old, new), strict=True):
        drawn.append(f'<path class="l {series}" d="{_steps(sorted(values), of, axis)}"/>')
    return _svg(title, "".join(drawn))


@dataclass(frozen=True, slots=True)
class _Axis:
    """Across, with half a step of room on both sides."""

    low: float
    high: float

    @property
    def step(self) -> float:
        return max(1.0, _step(self.high - self.low))

    def x(self, value: float) -> float:
        first, last = self.low - self.step / 2, self.high + self.step / 2
        return LEFT + (RIGHT - LEFT) * (value - first) / (last - first)

    def ticks(self) -> list[float]:
        first, last = math.ceil(self.low / self.step), math.floor(self.high / self.step)
        return [number * self.step for number in range(first, last + 1)]


def _steps(values: Sequence[float], of: int, axis: _Axis) -> str:
    path = f"M{LEFT} {FLOOR}"
    for count, value in enumerate(values, start=1):
        path += f"H{axis.x(value):.1f}V{_y(100 * count / max(1, of), 100.0):.1f}"
    return path + f"H{RIGHT}"


def _bar(x: float, value: Span, highest: float, series: str) -> str:
    top, reach = _y(value.low, highest), _y(value.high, highest)
    label = f'<text x="{x + BAR / 2:.0f}" y="{reach - 5:.1f}" text-anchor="middle">{value.said()}</text>'
    drawn = f'<rect class="b {series}" x="{x:.1f}" y="{top:.1f}" width="{BAR}" height="{FLOOR - top:.1f}"/>{label}'
    if not value.known:
        drawn += f'<path class="whisker" d="M{x + BAR / 2:.1f} {top:.1f}V{reach:.1f}"/>'
    return drawn


def _grid(highest: float) -> str:
    lines = ""
    for tick in _ticks(highest):
        y = _y(tick, highest)
        lines += f'<path class="grid" d="M{LEFT} {y:.1f}H{RIGHT}"/>'
        lines += f'<text x="{LEFT - 7}" y="{y + 4:.1f}" text-anchor="end">{tick:g}</text>'
    return lines


def _y(value: float, highest: float) -> float:
    return FLOOR - (FLOOR - TOP) * min(value, highest) / (highest or 1.0)


def _beyond(value: float) -> float:
    """The next round number that leaves room for a label."""
    return _step(value) * math.ceil(1.1 * value / _step(value)) if value > 0 else 1.0


def _ticks(highest: float) -> list[float]:
    step = _step(highest)
    return [number * step for number in range(int(highest / step + 1e-9) + 1)]


def _step(highest: float) -> float:
    if highest <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(highest / 5))
    return next(power * times for times in (1, 2, 5, 10) if power * times * 5 >= highest)


def _svg(title: str, inner: str) -> str:
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">{inner}</svg>'
