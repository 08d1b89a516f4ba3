"""The life of a worker: standby, active, lost, standby again; and periodic maintenance.

The top of the gateway: imported by ``__main__`` alone.
"""
