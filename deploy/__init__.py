"""Homeward's deploy package."""
