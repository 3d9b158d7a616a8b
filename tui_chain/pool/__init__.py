"""The pool: CA certificates kept between runs, in one SQLite file in the user's data folder."""
