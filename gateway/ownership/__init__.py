"""Leases on groups of buckets, and the heartbeat by which a challenger sees whether a holder lives.

Imported by ``worker`` alone.
"""
