"""The store on a SQLite file: its engine, its one writer, and copies of it."""
