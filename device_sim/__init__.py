"""Homeward's device_sim package."""
