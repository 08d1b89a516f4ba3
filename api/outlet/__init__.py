"""What is told to research, warehouses and other hospitals after the commit, over NATS JetStream.

Imported by ``app``. ``stream`` alone speaks NATS. Nothing clinical waits for it: docs/outlet.md.
"""
