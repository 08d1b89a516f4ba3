"""Allocation of patients to doctors and nurses by minutes of demand, with OR-Tools.

Pure but for the solvers; imported by the API's re-planner. ``allocate`` is the way in and ``plan``
chooses: exact for small wards (``solver``), by decomposition for large ones (``decompose``),
around what stands after an event (``local``).
"""
