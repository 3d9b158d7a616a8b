"""The script that runs inside another interpreter, a piece a module: standard library alone, Python 3.8 to 3.13."""
