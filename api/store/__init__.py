"""Everything the API says to the database: SQL is written here and nowhere else."""
