"""``homeward evaluate``: the product's figures on recordings, beside the rule they must beat.

Lines whose path is ``live`` are what patients meet: recordings go through admission's checks, the
lane, alerts and escalation with the ward's settings. Lines whose path is ``study`` are of models
that nothing runs. Nothing is fitted to the persons it is evaluated on, every figure has a bootstrap
interval by person, and the plain rule or score stands beside it, also where it is better.

The data sets are in ``by_dataset``; nothing is imported here, since a replay of settings begins a
process that needs none of what the figures are made with.
"""
