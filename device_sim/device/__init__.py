"""The reference device, to be ported: events in, actions out, keys and spool.

Knows the wire protocol and nothing else of the ward; imported by ``fleet`` and ``ward``.
"""
