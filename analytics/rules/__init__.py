"""When a reading or a set of readings is a finding: limits, bands, persistence and hysteresis.

Pure; imported by the lane.
"""
