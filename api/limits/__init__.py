"""Bounds on callers: how fast one may ask, how weak a password may be.

Imports nothing but ``errors``; imported by settings, services and auth.
"""
