"""What a worker holds in memory and may throw away: replay windows of devices, lanes of patients.

Imports ``admission``; whatever fails here is thrown away and loaded again by ``recovery``.
"""
