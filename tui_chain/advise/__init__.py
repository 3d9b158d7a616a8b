"""The same repair said as commands, code and words to the other side."""
