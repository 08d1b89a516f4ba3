"""The re-planner: who looks after whom, worked out again whenever the ward changes."""
