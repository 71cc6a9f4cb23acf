"""RQ over Valkey: shallow jobs that carry the city and an id; the rules stay in the domain."""
