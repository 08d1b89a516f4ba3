"""Downlink to devices: signed acknowledgements and commands.

Imported by ``ingest`` and ``worker``; the way to the broker is a port (``Publisher``).
"""
