"""Who may be heard, and whether a frame counts: pure decisions on time that is given.

Registry, signature, anti-replay window, rate limit, clock offset, validation of samples. No I/O:
everything of the gateway above may import it.
"""
