"""The record's proof: the audit chain and its anchors, signatures of readings, refused readings.

Imported by routes, pages and jobs.
"""
