"""The reliability plot: how often a sentence bears a label, against how sure the model said it was."""

from collections.abc import Sequence
from math import sqrt

SIDE, EDGE = 320, 44  # the square of the plot and the room for its axes, in px
LARGEST = 14.0  # radius of the fullest bin
SMALLEST = 3.0


def reliability_svg(rows: Sequence[tuple[float, float, int]]) -> str:
    """An SVG of (stated, observed, how many): on the diagonal a model says what is true. Area grows with the count."""
    fullest = max((n for _, _, n in rows), default=1)
    width = SIDE + 2 * EDGE
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {width}" role="img" font-size="11"'
        ' font-family="sans-serif">',
        "<title>確率の当たり具合 / reliability: 述べた確率と実際の割合</title>",
        f'<rect x="{EDGE}" y="{EDGE}" width="{SIDE}" height="{SIDE}" fill="none" stroke="#999"/>',
        f'<path d="M{_x(0)} {_y(0)}L{_x(1)} {_y(1)}" stroke="#999" stroke-dasharray="4 4"/>',
        *(
            f'<text x="{_x(tick)}" y="{EDGE + SIDE + 16}" text-anchor="middle">{tick}</text>'
            f'<text x="{EDGE - 8}" y="{_y(tick) + 4}" text-anchor="end">{tick}</text>'
            for tick in (0, 0.5, 1)
        ),
        f'<text x="{width / 2}" y="{width - 10}" text-anchor="middle">述べた確率 / stated</text>',
        f'<text x="{EDGE}" y="{EDGE - 12}">実際の割合 / observed</text>',
        *(
            f'<circle cx="{_x(stated)}" cy="{_y(observed)}" r="{_radius(n, fullest):.1f}" fill="#1f5f8b"'
            f' fill-opacity="0.6"><title>{stated:.3f} → {observed:.3f} (n={n})</title></circle>'
            for stated, observed, n in rows
        ),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _x(share: float) -> float:
    return round(EDGE + share * SIDE, 1)


def _y(share: float) -> float:
    return round(EDGE + (1 - share) * SIDE, 1)


def _radius(n: int, fullest: int) -> float:
    return max(SMALLEST, LARGEST * sqrt(n / fullest))
