from __future__ import annotations

from tests.advise.calls.call import Call, CodeCall

_CODE = "require('https').get(process.argv[1], a => { console.log(a.statusCode); a.resume(); })"
CALLS = (
    Call("Node", "Node", ("node", "-e", _CODE)),
    CodeCall("Node, in code", ("node", "-e"), program="node", name="Node"),
)
