"""What SQLite is told beyond its SQL, by the standard library alone: the programs among it start in 30 ms."""
