"""Homeward's api package."""
