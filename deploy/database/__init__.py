"""Preparation of a database: roles, schema, first administrator.

Imported by ``stack``.
"""
