"""Medicine and mathematics, without I/O: NEWS2, rules, the lane's fold, alerts, risk, allocation.

Imported by every other package, importing none of them; time and chance are arguments.
"""
