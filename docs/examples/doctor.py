"""What decides about trust in this interpreter's environment, and whether it accepts a host."""

import sys

from tui_chain import api

result = api.doctor("shop.example.org", python=sys.executable)
for problem in result.problems:
    print(f"{problem.severity}: {problem.message} {problem.change}")
if result.host is not None:
    print(f"{result.host.target}: refused by {', '.join(result.host.refused) or 'no library'}")
