"""The National Early Warning Score 2 (Royal College of Physicians, 2017), exact, with its tables.

Pure; imported by rules, risk and lane, and by whoever shows points.
"""
