"""The fold of one patient's readings: one frame in, one assessment and its findings out.

The top of the clinical code (law 5: a pure function of stored data); imported by the gateway.
"""
