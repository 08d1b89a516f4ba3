"""Homeward's gateway package."""
