"""A chart of two panels as SVG: what something costs, over how many entries there are."""

import html
import math

WIDTH, HEIGHT = 1000, 470
LEFT, RIGHT, TOP, BOTTOM, GAP = 76, 40, 100, 64, 96
INK, FAINT, GRID = "#1c2430", "#5b6675", "#dfe4ea"
COLOURS = {"warm": "#0b6e99", "cold": "#c4591b"}
PANEL = (WIDTH - LEFT - RIGHT - GAP) / 2


def text(x, y, words, size=13, anchor="start", colour=INK, more=""):
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{colour}"'
            f'{more}>{html.escape(words)}</text>')


def line(x1, y1, x2, y2, colour=GRID, width=1.0):
    return (f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" '
            f'stroke-width="{width}"/>')


def steps(most):
    """Round numbers from 0 to what holds the most, about five."""
    rough = most / 5
    power = 10 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    return [step * i for i in range(math.ceil(most / step) + 1)]


def entries(number):
    for unit, name in ((10 ** 6, " million"), (10 ** 3, " thousand")):
        if number >= unit and number % unit == 0:
            return f"{number // unit}{name}"
    return f"{number:,}"


class Panel:
    """One panel: series of (entries, least, median, most) by name, in µs."""

    def __init__(self, left, title, series):
        self.left, self.title, self.series = left, title, series
        points = [point for one in series.values() for point in one]
        self.sizes = sorted({point[0] for point in points})
        self.ticks = steps(max(point[3] for point in points) * 1.05)

    def x(self, size):
        first, last = (math.log10(self.sizes[i]) for i in (0, -1))
        part = (math.log10(size) - first) / (last - first) if last > first else 0.5
        return self.left + 26 + part * (PANEL - 52)

    def y(self, value):
        return HEIGHT - BOTTOM - value / self.ticks[-1] * (HEIGHT - TOP - BOTTOM)

    def axes(self):
        right = self.left + PANEL
        yield text(self.left, TOP - 18, self.title + ", µs", 14, more=' font-weight="600"')
        for tick in self.ticks:
            yield line(self.left, self.y(tick), right, self.y(tick))
            yield text(self.left - 8, self.y(tick) + 4, f"{tick:,.0f}", 12, "end", FAINT)
        yield line(self.left, self.y(0), right, self.y(0), FAINT)
        for size in self.sizes:
            yield line(self.x(size), self.y(0), self.x(size), self.y(0) + 5, FAINT)
            yield text(self.x(size), self.y(0) + 20, entries(size), 12, "middle", FAINT)
        yield text((self.left + right) / 2, HEIGHT - 18, "entries in the ledger (logarithmic)", 12,
                   "middle", FAINT)

    def lines(self):
        for name, points in self.series.items():
            colour = COLOURS[name]
            path = " ".join(f"{self.x(size):.1f},{self.y(median):.1f}" for size, _, median, _ in points)
            yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
            for size, least, median, most in points:
                at = self.x(size)
                yield line(at, self.y(least), at, self.y(most), colour, 1.2)
                yield f'<circle cx="{at:.1f}" cy="{self.y(median):.1f}" r="4" fill="{colour}"/>'
                above = name == max(self.series, key=lambda one: self.median(one, size))
                yield text(at + 7, self.y(median) + (-8 if above else 17), f"{median:,.0f}", 12,
                           colour=colour)

    def median(self, name, size):
        return next((point[2] for point in self.series[name] if point[0] == size), 0)


def draw(title, about, panels):
    """`panels`: (title, series) of two."""
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
             f'height="{HEIGHT}" font-family="system-ui, sans-serif" role="img">',
             f"<title>{html.escape(title)}</title>", f'<rect width="{WIDTH}" height="{HEIGHT}" '
             'fill="#ffffff"/>', text(LEFT - 46, 28, title, 18, more=' font-weight="600"'),
             text(LEFT - 46, 48, about, 12, colour=FAINT)]
    at = WIDTH - RIGHT
    for name, words in (("cold", "cold: just started, nothing of the file in memory"), ("warm", "warm")):
        at -= 26 + 6.8 * len(words)
        parts.append(f'<circle cx="{at:.1f}" cy="24" r="4" fill="{COLOURS[name]}"/>')
        parts.append(text(at + 9, 28, words, 12))
    for i, (name, series) in enumerate(panels):
        panel = Panel(LEFT + i * (PANEL + GAP), name, series)
        parts += [*panel.axes(), *panel.lines()]
    return "\n".join([*parts, "</svg>", ""])
