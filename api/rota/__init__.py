"""The re-planner: who looks after whom, worked out again whenever the ward changes."""

from api.rota.replanner import RePlanner, run_rota

__all__ = ["RePlanner", "run_rota"]
