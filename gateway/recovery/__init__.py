"""Snapshot and replay: memory read back from the store, to the bit.

Imported by ``ingest``; the store's rows go in, windows and lanes come out.
"""
