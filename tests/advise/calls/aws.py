from __future__ import annotations

from tests.advise.calls.boto3 import AWS
from tests.advise.calls.call import Call

CALLS = (Call("aws", "aws", ("aws", "sts", "get-caller-identity", "--endpoint-url"), "user/probe", AWS),)
