"""Made-up patients: bodies, scenarios and the ground truth of what a ward must notice.

Pure and seeded; imported by ``fleet``.
"""
