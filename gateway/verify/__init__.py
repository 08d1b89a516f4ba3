"""``homeward verify``: hold every stored reading against the signed bytes it came from.

A reader of the store beside the pipeline; imported by the command line alone.
"""
