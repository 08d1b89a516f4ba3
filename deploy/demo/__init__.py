"""``make demo``: the whole ward with simulated patients, and the account of what came of it.

Imported by nobody.
"""
