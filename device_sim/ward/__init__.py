"""The way to a running ward: its HTTP API, its broker, the stack's description, TLS.

Imported by ``fleet``.
"""
