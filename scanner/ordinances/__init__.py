"""Laws as data, and what they say of a situation."""
