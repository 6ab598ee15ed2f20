"""Where documents live: memory, SQLite and MongoDB behind one port."""
