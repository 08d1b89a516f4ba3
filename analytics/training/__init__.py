"""``homeward train``: from open recordings to a version for a ward, the same bytes each time.

The five steps (collect, clean, features, train, evaluate and tune) in one go; what is learnt is a
few numbers and a card that says from whom, under which licence, and how good it was on people who
took no part in the fit.
"""
