"""The catalogue: signatures as data, loaded, indexed, compiled into byte rules, linted."""
