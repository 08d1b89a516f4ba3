"""The re-planner: who looks after whom, worked out again whenever the ward changes.

Nothing is imported here: the solver's own process starts with this package, and should start soon.
"""
