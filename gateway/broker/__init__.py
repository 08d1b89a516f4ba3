"""MQTT: the only place in the gateway that imports paho.

One persistent session for each group, reconnected with backoff; imported by ``worker``.
"""
