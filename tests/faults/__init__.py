"""Kills, cuts and floods against real servers and a real gateway, checked against a ledger."""
