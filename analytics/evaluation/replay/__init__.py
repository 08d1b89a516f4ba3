"""Replay of recordings through the functions that run live, and what patients meet by it.

``recordings`` are what a layout's files hold, person by person; ``admission`` judges their values
as every door does; ``ward`` runs lane and alerts in event time with a model of the staff;
``course`` is what one person met.
"""
