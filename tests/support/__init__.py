"""Real servers, certificates and browsers for the tests."""
