"""The record in the words of other systems: HL7 FHIR R4 (4.0.1) as JSON under ``/fhir/r4``.

A facade over the same tables, unit of work and row-level security as every other address: what a
person may not see elsewhere is not here either, and each access is audited. ``resources`` are pure
functions from rows to resources, ``find`` reads the rows; the terms are in one module.
"""
