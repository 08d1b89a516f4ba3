"""Whole wards as an operator, a device and a person at a browser meet them."""
