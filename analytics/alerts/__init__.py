"""Pure transitions of alerts: by findings, by time and by people; escalation.

``patient`` is the one clinical alert of a patient, above its reasons: ``reasons`` moves one
condition, ``summary`` says what the alert is by all of them, ``calling`` says whether it calls
anybody, ``due`` when time acts next. ``transitions`` moves a technical alert, and what late data
showed.

Imported by the API's alert engine.
"""
