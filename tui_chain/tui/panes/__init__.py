"""The four panes, one question each."""
