"""The forms in which the results of many hosts are written, a module each; `registry` finds them by a word."""
