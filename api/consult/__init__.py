"""Online consultations: slots of the doctors' shifts, the room, the signature.

The picture and the voice go from browser to browser; nothing of them comes here and nothing is
recorded. What is decided here is pure; ``rooms`` alone waits.
"""
