"""What a database needs before programs use it: roles, schema, first administrator.

Imported by ``stack``.
"""
