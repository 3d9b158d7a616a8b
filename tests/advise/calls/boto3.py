from __future__ import annotations

import sys

from tests.advise.calls.call import Call

_CODE = "import sys, boto3; print(boto3.client('sts', endpoint_url=sys.argv[1]).get_caller_identity()['Arn'])"
AWS = {
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_MAX_ATTEMPTS": "1",
}
CALLS = (Call("boto3", "boto3", (sys.executable, "-c", _CODE), "user/probe", AWS),)
