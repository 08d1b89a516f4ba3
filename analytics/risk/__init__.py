"""The online risk model: features, baselines, delayed labels, progressive validation.

Learns with river; imported by the lane and by the gateway's training.
"""
