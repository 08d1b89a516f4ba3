"""Admission: who may be heard, and whether a frame counts; pure, time is an argument.

Registry, signature, anti-replay window, rate limit, clock offset, validation of samples. No I/O:
everything of the gateway above may import it.
"""
