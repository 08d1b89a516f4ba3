"""Sparse linear programmes, laid out as arrays and solved by OR-Tools (GLOP; HiGHS for integers).

The programme is handed over in columns of numbers, not variable by variable: tens of thousands of
entries are ready in milliseconds.
"""

import math
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ortools.math_opt import model_pb2
from ortools.math_opt.python import mathopt

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_SEED = 7


@dataclass(slots=True)
class Rows:
    """The programme as it grows: columns with bounds, and sparse rows."""

    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    integers: list[bool] = field(default_factory=list)
    least: list[float] = field(default_factory=list)
    most: list[float] = field(default_factory=list)
    entries: list[Any] = field(default_factory=list)

    def columns(self, upper: Floats, *, whole: Any = False) -> Ints:  # noqa: ANN401
        """Add columns from 0 to ``upper``, some of them whole numbers; return their numbers."""
        first = len(self.lower)
        self.integers += np.broadcast_to(whole, len(upper)).tolist()
        self.lower += [0.0] * len(upper)
        self.upper += upper.tolist()
        return np.arange(first, first + len(upper))

    def rows(self, least: Any, most: Any) -> Ints:  # noqa: ANN401
        """Add rows within bounds; return their numbers."""
        first = len(self.least)
        self.least += least.tolist()
        self.most += most.tolist()
        return np.arange(first, first + len(most))

    def put(self, rows: Any, columns: Any, values: Any) -> None:  # noqa: ANN401 - arrays or numbers
        """Add entries of the matrix."""
        self.entries.append(np.broadcast_arrays(rows, columns, np.asarray(values, dtype=float)))

    def one_row(self, columns: Ints, values: Floats | float, most: float) -> None:
        """Add a row that bounds a sum from above."""
        row = self.rows(np.array([-math.inf]), np.array([most]))
        self.put(row[0], columns, values)


def minimise(rows: Rows, objective: Floats, limit_s: float) -> tuple[float, Floats] | None:
    """Solve a programme with OR-Tools' GLOP; None if it did not end in time."""
    model = model_pb2.ModelProto()
    columns = len(objective)
    model.variables.ids.extend(range(columns))
    model.variables.lower_bounds.extend(rows.lower)
    model.variables.upper_bounds.extend(rows.upper)
    model.variables.integers.extend(rows.integers)
    used = np.flatnonzero(objective)
    model.objective.linear_coefficients.ids.extend(used.tolist())
    model.objective.linear_coefficients.values.extend(objective[used].tolist())
    model.linear_constraints.ids.extend(range(len(rows.most)))
    model.linear_constraints.lower_bounds.extend(rows.least)
    model.linear_constraints.upper_bounds.extend(rows.most)
    _matrix(model, rows)
    parameters = mathopt.SolveParameters(
        time_limit=timedelta(seconds=max(0.01, limit_s)), random_seed=_SEED
    )
    whole = mathopt.Model.from_model_proto(model)
    # only the columns are read, and only those above nothing: reading is slower than solving
    none = mathopt.SparseVectorFilter(filtered_items=[])
    wanted = mathopt.ModelSolveParameters(
        variable_values_filter=mathopt.SparseVectorFilter(skip_zero_values=True),
        dual_values_filter=none,
        reduced_costs_filter=none,
    )
    kind = mathopt.SolverType.HIGHS if any(rows.integers) else mathopt.SolverType.GLOP
    answer = mathopt.solve(whole, kind, params=parameters, model_params=wanted)
    ended = answer.termination.reason
    if ended != mathopt.TerminationReason.OPTIMAL and not (
        any(rows.integers) and ended == mathopt.TerminationReason.FEASIBLE
    ):
        return None
    found = np.zeros(columns)
    for one, value in answer.variable_values().items():
        found[one.id] = value
    bound = answer.dual_bound() if any(rows.integers) else answer.objective_value()
    return float(bound), found


def _matrix(model: Any, rows: Rows) -> None:  # noqa: ANN401 - ortools has no types
    """Write the sparse matrix, entries of one place added up, in the order that is asked for."""
    at, to, values = (np.concatenate([one[part] for one in rows.entries]) for part in range(3))
    place = at.astype(np.int64) * len(rows.lower) + to
    where, index = np.unique(place, return_inverse=True)
    total = np.bincount(index, values)
    matrix = model.linear_constraint_matrix
    matrix.row_ids.extend((where // len(rows.lower)).tolist())
    matrix.column_ids.extend((where % len(rows.lower)).tolist())
    matrix.coefficients.extend(total.tolist())
