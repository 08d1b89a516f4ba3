-- The alert engine counts failed log-ins: keyed hashes and numbers, no names and no addresses.
GRANT SELECT (key, failures, window_start) ON login_throttle TO homeward_engine;
