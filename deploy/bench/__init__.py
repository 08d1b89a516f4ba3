"""Benchmarks: what the gateway can do, beside the least that any program would have to do.

Every figure is taken on a private stack (PostgreSQL, Mosquitto, gateway, all on the loopback) and
printed beside its target; ratios compare runs of the same session on the same machine.
"""
