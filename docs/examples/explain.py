"""What an error text means, and the command that tells its causes apart."""

from tui_chain import api

text = "ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] unable to get local issuer certificate"
explanation = api.explain(text)
print(explanation.message)
for cause in explanation.causes:
    print(f"{cause.code}: {cause.message} `{cause.command}`")
