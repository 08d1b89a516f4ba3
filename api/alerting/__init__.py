"""The alert engine: findings, time and people's answers become episodes, told to the feed."""

from api.alerting.engine import AlertEngine, run_engine

__all__ = ["AlertEngine", "run_engine"]
