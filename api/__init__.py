"""People's side: the HTTP API, the pages, the alert engine, the live feed and the re-planner.

Meets the gateway only in the database; imports ``analytics`` and ``gateway.wire``, never the rest.
"""
