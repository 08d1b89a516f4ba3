"""Memory of a worker that may be thrown away: replay windows of devices, lanes of patients.

Imports ``admission``; whatever fails here is thrown away and loaded again by ``recovery``.
"""
