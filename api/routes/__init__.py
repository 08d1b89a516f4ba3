"""HTTP routes, one module for each noun. They are strangers to each other.

Each module offers ``router``; ``api.app`` mounts those of this package under ``/api/v1``.
"""
