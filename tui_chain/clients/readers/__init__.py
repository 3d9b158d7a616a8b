"""How libraries that several clients share read trust files, and Java, whose rules are long."""
