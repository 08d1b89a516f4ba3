"""Set-up, start and measurement: the ``homeward`` command, the embedded stack, demo and benchmarks.

The top of the house: imports every other package, imported by none.
"""
