"""Decisions about a ward as a whole: the order of its panel.

Pure; imported by the API.
"""
