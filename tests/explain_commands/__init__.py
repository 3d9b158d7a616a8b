"""The commands that `explain` prints: each is run in front of every server that its symptom may come from."""
