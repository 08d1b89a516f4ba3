"""Other people's servers: PostgreSQL, Mosquitto, Chromium; found or fetched, configured, started.

Imports only ``errors`` and ``settings``.
"""
