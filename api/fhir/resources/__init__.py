"""Pure functions from rows of the stores to FHIR resources (dictionaries, ready as JSON)."""
