"""Glucose by the consensus on continuous monitoring: ranges, episodes, daily profile, forecast."""
