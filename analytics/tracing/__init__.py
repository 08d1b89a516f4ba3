"""Traces from a frame to its alert, for whoever runs the ward; off unless a collector is named.

Gateway and API both write parts of one trace, and hand nothing to each other for it: the trace's
number follows from the frame's. ``switch`` is what programs call; OpenTelemetry is imported by
``exporter`` alone, and only when it is switched on. Imported by ``gateway`` and ``api``.
"""
