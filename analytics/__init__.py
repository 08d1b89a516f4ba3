"""Homeward's analytics package."""
