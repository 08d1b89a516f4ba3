"""PostgreSQL with TimescaleDB: the only place in the gateway that speaks SQL.

``session`` holds the committing connection, on which the buckets' locks are held; ``ownership``
the locks and heartbeats; ``arrangements`` reads who may be heard; ``memory`` reads what a batch
needs to know; ``writing`` writes a batch; ``evidence`` walks what is stored.
"""
