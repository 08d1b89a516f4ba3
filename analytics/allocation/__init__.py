"""Who looks after whom: doctors' minutes to patients' demands, with OR-Tools.

Pure but for the solver; imported by the API's re-planner.
"""
