"""Devices as the API knows them: enrolment, their certificate authority, topics, coverage.

Imported by routes and jobs.
"""
