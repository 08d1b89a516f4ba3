"""Hours to demand as a linear programme: supply, demand, ``min c.x``, and the shadow prices.

A variable is the hours that one person gives to one demand; a person gives no more hours than they
have, a demand gets what it asks for or is short. The dual value of a person's row is what one more
hour of theirs would save, that of a demand's row what one more hour asked would cost. Solved by
OR-Tools' GLOP.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ortools.math_opt.python import mathopt

_HAIR = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """One person's hours."""

    id: str
    hours: float
    cost_per_hour: float = 0.0
    skills: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Hours that are asked, of people who have all of the skills.

    Attributes:
        id: identity in the answer.
        hours: how many.
        skills: all of them are needed.
        each: most hours that one person can give; a span of time has no more for anybody.
        away: who cannot give any.
    """

    id: str
    hours: float
    skills: frozenset[str] = frozenset()
    each: float | None = None
    away: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What one hour more or less is worth: a dual value.

    Attributes:
        kind: ``supply`` (``worth``: what one more hour of the person saves) or ``demand`` (what one
            more hour asked costs).
        id: of the person or the need.
        worth: per hour.
    """

    kind: str
    id: str
    worth: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """The optimum of the programme.

    Attributes:
        cost: of the hours given; no whole-shift plan that is short of no more costs less.
        given: hours by need and person, those above nothing.
        short: hours by need that nobody can give.
        prices: of every person and every need, those above nothing.
    """

    cost: float
    given: Sequence[tuple[str, str, float]] = ()
    short: Sequence[tuple[str, float]] = ()
    prices: Sequence[Price] = field(default_factory=tuple)


def fewest_costs(supply: Sequence[Supply], needs: Sequence[Need]) -> Hours:
    """Return the cheapest hours; what cannot be met is short, at a price above every cost.

    Args:
        supply: who has hours; ids differ.
        needs: what asks for them; ids differ.
    """
    model = mathopt.Model()
    dear = 1 + 10 * max((one.cost_per_hour for one in supply), default=0.0)
    short = {one.id: model.add_variable(lb=0.0, ub=max(0.0, one.hours)) for one in needs}
    given = {
        (need.id, one.id): model.add_variable(
            lb=0.0, ub=need.hours if need.each is None else min(need.hours, need.each)
        )
        for need in needs
        for one in supply
        if need.skills <= one.skills and one.id not in need.away
    }
    rows = {}
    for need in needs:
        got = [x for (asks, _), x in given.items() if asks == need.id]
        total = mathopt.fast_sum([*got, short[need.id]])
        rows["demand", need.id] = model.add_linear_constraint(total == need.hours)
    for one in supply:
        gives = mathopt.fast_sum([x for (_, who), x in given.items() if who == one.id])
        rows["supply", one.id] = model.add_linear_constraint(gives <= one.hours)
    rate = {one.id: one.cost_per_hour for one in supply}
    spent = mathopt.fast_sum([rate[who] * x for (_, who), x in given.items()])
    model.minimize(spent + dear * mathopt.fast_sum(list(short.values())))
    answer = mathopt.solve(model, mathopt.SolverType.GLOP)
    value, dual = answer.variable_values(), answer.dual_values()
    worth = {key: abs(dual[row]) for key, row in rows.items()}
    return Hours(
        cost=round(sum(rate[who] * value[x] for (_, who), x in given.items()), 6),
        given=[(asks, who, value[x]) for (asks, who), x in given.items() if value[x] > _HAIR],
        short=[(asks, value[x]) for asks, x in short.items() if value[x] > _HAIR],
        prices=[
            Price(kind=kind, id=one, worth=round(much, 6))
            for (kind, one), much in worth.items()
            if much > _HAIR
        ],
    )


def in_words(price: Price, name: str, dearest: float) -> str:
    """Return a price as a sentence.

    Args:
        price: the dual value.
        name: of the person or the need.
        dearest: the highest cost an hour; a price above it means that somebody is lacking.
    """
    amount = f"{price.worth:.2f}".rstrip("0").rstrip(".")
    if price.worth > dearest:
        lack = "one more hour of {} meets an hour that nobody has"
        asked = "one more hour asked in {} is an hour that nobody has"
        return (lack if price.kind == "supply" else asked).format(name)
    if price.kind == "supply":
        return f"one more hour of {name} saves {amount}"
    return f"one more hour asked in {name} costs {amount}"
