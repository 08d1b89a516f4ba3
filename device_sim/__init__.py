"""Simulated devices: the reference device, made-up patients, recordings, and fleets of them.

Knows the wire protocol and the ward's HTTP API, and nothing else of the ward.
"""
