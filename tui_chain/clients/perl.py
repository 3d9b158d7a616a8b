"""Perl's sockets (IO::Socket::SSL): OpenSSL's default store, with PARTIAL_CHAIN as curl has it.

IO::Socket::SSL compares host names itself: it takes `w*.` besides what curl takes (measured with version 2.081).
"""

from __future__ import annotations

from collections.abc import Iterator

from tui_chain.clients.advice import ADDS, FOLDER_ON_DEBIAN, REPLACES, Advice, Deployment, single_quoted
from tui_chain.clients.client import Client, Setting, SettingForm, variable
from tui_chain.clients.errors import ErrorKind as Kind
from tui_chain.clients.errors import ErrorOutput, Layer, spelled
from tui_chain.clients.families import FamilyId
from tui_chain.core.endpoint import bracketed

_CODE = """use IO::Socket::SSL;
my $socket = IO::Socket::SSL->new(
    PeerAddr => {address}, SSL_ca_file => {file}, SSL_verifycn_scheme => 'http',
) or die "$SSL_ERROR\\n";
print $socket->get_sslversion, "\\n";"""


def _advice(at: Deployment) -> Iterator[Advice]:
    address = single_quoted(f"{bracketed(at.endpoint.host)}:{at.endpoint.port}")
    code = _CODE.format(address=address, file=at.single_quoted())
    yield at.command("Perl", code, "", REPLACES, language="perl")
    note = f"{FOLDER_ON_DEBIAN} HTTP::Tiny reads the variable as well, Debian's LWP does not."
    yield at.export("Perl, every socket", "SSL_CERT_FILE", note, ADDS)


CLIENT = Client(
    "Perl",
    place=260,
    families={FamilyId.CURL: "Perl"},
    settings=(
        Setting("SSL_ca_file", SettingForm.ARGUMENT, REPLACES, wins_over=("SSL_CERT_FILE",)),
        variable("SSL_CERT_FILE", ADDS),
    ),
    advice=_advice,
    errors=ErrorOutput(
        (
            spelled(Kind.BAD_BUNDLE, "Invalid certificate authority locations"),
            spelled(Kind.HOST, "hostname verification failed"),
            spelled(Kind.VAGUE, "SSL connect attempt failed"),
            spelled(
                Kind.BAD_BUNDLE,
                "SSL_ca_file",
                pattern=r"ssl ca file .{1,300}? (?:does not exist|can't be used|is not)",
            ),
            spelled(Kind.ENDED, "SSL connect attempt failed because of handshake problems"),
        ),
        signs=r"IO::Socket::(?:SSL|IP|INET)|Net::SSLeay| at \S+\.p[lm] line \d+|SSL connect attempt failed"
        r"|\bcpanm?\b",
        version=r"\bperl[ /]v?(5\.\d+(?:\.\d+)?)",
        trust_command="env | grep -E 'SSL_CERT|PERL_LWP'",
        layer=Layer.RUNTIME,
    ),
)
