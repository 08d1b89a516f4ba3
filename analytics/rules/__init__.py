"""Rules that make findings of readings: limits, bands, persistence and hysteresis.

Pure; imported by the lane.
"""
