"""Ingest: broker, decoding, admission, the lane's fold, one transaction, then the acknowledgement.

Meets the API only in the database; ``gateway.wire`` is the device protocol that others may import.
"""
