"""What decides about trust in one environment: interpreter, libraries, variables, files; and what is wrong there."""
