"""How findings, time and people move an alert: pure transitions and escalation.

Imported by the API's alert engine.
"""
