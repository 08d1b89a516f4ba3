"""Reading of resources for whoever asks: the stores' rows, as the caller's rights give them.

``registry`` names for each type who may ask, by which parameters, and how it is sought and read.
"""
