"""Real native files by exact version and SHA-256, fetched and looked into outside the CI."""
