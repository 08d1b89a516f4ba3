"""The ward in the words of hospital systems: HL7 v2 over MLLP.

``homeward hl7`` is a program of its own: it takes ADT messages in (admit, transfer, discharge,
update, merge) and gives the patients' present state out as ORU^R01. ``messages`` and ``results``
are pure; ``admitting`` does what a message says by the rule of every door; ``receiving`` is the
order of things: one transaction for each message, and the acknowledgement after its commit.
"""
