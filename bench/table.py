# SPDX-License-Identifier: MIT
"""The results of bench/run: printed one by one, and collected for --json."""
from measure import quartiles


def digits(value):
    """Four of them."""
    return "-" if value is None else f"{value:.0f}" if abs(value) >= 1000 else f"{value:.4g}"


FORMATS = {"value": digits, "difference": lambda value: digits(value) if value < 0 else "+" + digits(value),
           "ratio": lambda value: f"x{value:.3f}"}


class Table:
    """`results`: all of them, each with its section, unit and numbers."""

    def __init__(self):
        self.results = []
        self.section = ""

    def begin(self, section, title):
        self.section = section
        print(f"\n{title}")
        print(f"  {'':44s} {'without':>12s} {'with':>12s} {'':>10s} {'quartiles':>21s}  bound")

    def note(self, text):
        print(f"    {text}")

    def add(self, name, pairs, unit, how="difference", bound=None):
        """`pairs` of (without, with); the result is the median of their differences or ratios."""
        values = [b / a if how == "ratio" else b - a for a, b in pairs if how != "ratio" or a > 0]
        if not values:
            return
        median, q1, q3 = quartiles(values)
        bare, loaded = (quartiles([pair[i] for pair in pairs])[0] for i in (0, 1))
        self._row(name, unit, how, bound, bare=bare, memwatch=loaded, median=median, q1=q1, q3=q3, pairs=len(values))

    def value(self, name, values, unit, bound=None):
        """A value without a counterpart without memwatch."""
        median, q1, q3 = quartiles(values)
        self._row(name, unit, "value", bound, bare=None, memwatch=median, median=median, q1=q1, q3=q3,
                  pairs=len(values))

    def _row(self, name, unit, how, bound, bare, **numbers):
        self.results.append({"section": self.section, "name": name, "unit": unit, "how": how, "bound": bound,
                             "bare": bare, **numbers})
        show = FORMATS[how]
        spread = f"{show(numbers['q1'])} .. {show(numbers['q3'])}" if how != "value" or numbers["pairs"] > 1 else ""
        result = show(numbers["median"]) if how != "value" else ""
        plain = FORMATS["value"]
        limit = f"<= {bound:.4g}{'' if how == 'ratio' else ' ' + unit}" if bound else ""
        print(f"  {name:44s} {plain(bare):>12s} {plain(numbers['memwatch']):>12s} {result:>10s} {spread:>21s}  "
              f"{limit or ('' if how == 'ratio' else unit)}", flush=True)
