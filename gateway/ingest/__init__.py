"""The way of a frame: inbox, decoding, one transaction, then the acknowledgement.

Joins admission, state, lane and store; imported by ``broker`` (the inbox) and ``worker``.
"""
