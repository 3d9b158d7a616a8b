"""Servers whose protocol begins in clear text, each with the least configuration with which it serves TLS.

All take the leaf from `leaf.pem` in their folder and the key from where `daemons` puts it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from tests.support.daemon_programs import DOVECOT, MARIADB, NGINX, OPENLDAP, POSTFIX, POSTGRESQL
from tests.support.daemons import Daemon

_LISTENERS = """
service pop3-login {
  chroot =
  inet_listener pop3 {
    port = $port_pop3
  }
  inet_listener pop3s {
    port = 0
  }
}
service managesieve-login {
  chroot =
  inet_listener sieve {
    port = $port_sieve
  }
}
service lmtp {
  inet_listener lmtp {
    port = $port_lmtp
  }
}
"""
DOVECOT_WHOLE = replace(
    DOVECOT,
    files={
        "dovecot.conf": DOVECOT.files["dovecot.conf"].replace("protocols = imap", "protocols = imap pop3 lmtp sieve")
        + _LISTENERS
    },
    more=("pop3", "sieve", "lmtp"),
    needs=tuple(Path("/usr/lib/dovecot") / name for name in ("pop3-login", "managesieve-login", "lmtp")),
)
PROFTPD = Daemon(
    "ProFTPD",
    "proftpd",
    {
        "proftpd.conf": """
ServerName localhost
ServerType standalone
DefaultAddress 127.0.0.1
Port $port
UseIPv6 off
UseReverseDNS off
User nobody
Group nogroup
PidFile $folder/pid
ScoreboardFile $folder/score
SystemLog $folder/proftpd.log
WtmpLog off
DelayEngine off
ModulePath /usr/lib/proftpd
LoadModule mod_tls.c
TLSEngine on
TLSLog $folder/tls.log
TLSECCertificateFile $folder/leaf.pem
$line
TLSECCertificateKeyFile $folder/etc/ssl/private/localhost.key
"""
    },
    ("-n", "-c", "$folder/proftpd.conf"),
    tools={
        "proftpd": 'exec $program -c $folder/proftpd.conf "$$@"',
        # what its unit does for `systemctl reload`
        "systemctl": '[ "$$*" = "reload proftpd" ] && kill -HUP "$$(cat $folder/pid)"',
    },
    needs=(Path("/usr/lib/proftpd/mod_tls.so"),),
    starttls="ftp",
    needs_root=True,
)
PROSODY = Daemon(
    "Prosody",
    "prosody",
    {
        "prosody.cfg.lua": """
pidfile = "$folder/data/pid"
data_path = "$folder/data"
interfaces = { "127.0.0.1" }
c2s_ports = { $port }
s2s_ports = { $port_xmpp_server }
c2s_require_encryption = true
modules_enabled = { "tls", "saslauth" }
log = { info = "$folder/data/log" }
VirtualHost "localhost"
$line
"""
    },
    ("-F", "--config", "$folder/prosody.cfg.lua"),
    starttls="xmpp",
    # the machine's Prosody is not asked
    tools={"prosodyctl": 'exec /usr/bin/prosodyctl --config $folder/prosody.cfg.lua "$$@"'},
    more=("xmpp-server",),
    owner="prosody",
    as_owner=True,
)
INSPIRCD = Daemon(
    "InspIRCd",
    "inspircd",
    {
        "inspircd.conf": """
<server name="irc.localhost" description="Test" network="Test">
<admin name="test" nick="test" email="test@localhost">
<bind address="127.0.0.1" port="$port" type="clients">
<connect allow="*" resolvehostnames="no">
<module name="cap">
<module name="ssl_gnutls">
<sslprofile name="gnutls" provider="gnutls" requestclientcert="no" $line keyfile="$folder/data/server.key">
<module name="starttls">
<log method="file" type="*" level="default" target="$folder/data/log">
<path datadir="$folder/data" logdir="$folder" runtimedir="$folder/data">
"""
    },
    ("--nofork", "--nopid", "--config", "$folder/inspircd.conf"),
    starttls="irc",
    owner="irc",
    as_owner=True,
)
NGIRCD = Daemon(
    "ngIRCd",
    "ngircd",
    {
        "ngircd.conf": """
[Global]
Name = irc.localhost
Info = Test
AdminInfo1 = Test
Listen = 127.0.0.1
ServerUID = irc
[Options]
DNS = no
Ident = no
PAM = no
[SSL]
$line
KeyFile = $folder/data/server.key
DHFile = $folder/dh.pem
Ports = $port
"""
    },
    ("-n", "-f", "$folder/ngircd.conf"),
    owner="irc",
    as_owner=True,
)


LEAF_ALONE: Mapping[str, tuple[Daemon, str]] = {
    "nginx": (NGINX, "ssl_certificate {leaf};"),
    "Postfix": (POSTFIX, "smtpd_tls_cert_file = {leaf}\nsmtpd_tls_key_file = {key}"),
    "Dovecot": (DOVECOT_WHOLE, "ssl_cert = <{leaf}"),
    "ProFTPD": (PROFTPD, ""),
    "OpenLDAP": (OPENLDAP, ""),
    "PostgreSQL": (POSTGRESQL, "ssl_cert_file = '{leaf}'"),
    "MariaDB": (MARIADB, "[mysqld]\nssl_cert = {leaf}"),
    "Prosody": (PROSODY, 'ssl = {{ certificate = "{leaf}", key = "{data}/server.key" }}'),
    "InspIRCd": (INSPIRCD, 'certfile="{leaf}"'),
    "ngIRCd": (NGIRCD, "CertFile = {leaf}"),
}
"""Every server by its name, with the line by which it sends its leaf alone."""
