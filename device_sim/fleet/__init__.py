"""Many simulated devices: faults, a ledger of every frame, the run from start to drain.

The top of the package: imported by ``__main__``.
"""
