"""Recordings of real people from the user's files, cleaned and judged before they are played.

Imported by ``fleet`` and by the command line.
"""
