"""Patients besides their readings: identifiers, search, care plans, rules in force.

Imported by routes, pages and jobs.
"""
