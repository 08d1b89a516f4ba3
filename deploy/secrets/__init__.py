"""Keys and certificates: all made on the first start, none with a default.

Imported by ``database``, ``stack`` and ``cli``.
"""
