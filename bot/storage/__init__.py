"""All SQL: the engine, the unit of work, repositories, search, claims and migrations."""
