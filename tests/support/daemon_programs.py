"""The servers that tests run, each with the least configuration with which it serves TLS."""

from __future__ import annotations

from pathlib import Path

from tests.support.daemons import Daemon


def _restart(unit: str) -> str:
    """What `systemctl restart` does for a server that is started again whenever it ends; it waits for the end."""
    ended = 'old=$$(cat $folder/child); kill "$$old"; while kill -0 "$$old" 2>/dev/null; do sleep 0.05; done'
    return f'[ "$$*" = "restart {unit}" ] && {ended}'


NGINX = Daemon(
    "nginx",
    "nginx",
    {
        "nginx.conf": """
daemon off;
pid $folder/pid;
events {}
http {
    access_log off;
    client_body_temp_path $folder/data;
    proxy_temp_path $folder/data;
    fastcgi_temp_path $folder/data;
    uwsgi_temp_path $folder/data;
    scgi_temp_path $folder/data;
    server {
        listen 127.0.0.1:$port ssl;
        server_name localhost;
        $line
        ssl_certificate_key $folder/etc/ssl/private/localhost.key;
        location / { return 200; }
    }
}
"""
    },
    ("-p", "$folder", "-e", "error.log", "-c", "nginx.conf"),
    # the machine's nginx is not reloaded
    tools={"nginx": 'exec $program -p $folder -e error.log -c nginx.conf "$$@"'},
)
_MODULES = "/usr/lib/apache2/modules"
APACHE = Daemon(
    "Apache",
    "apache2",
    {
        "apache2.conf": f"""
LoadModule mpm_event_module {_MODULES}/mod_mpm_event.so
LoadModule authz_core_module {_MODULES}/mod_authz_core.so
LoadModule ssl_module {_MODULES}/mod_ssl.so
User www-data
Group www-data
PidFile apache.pid
ErrorLog error.log
ServerName localhost
Listen 127.0.0.1:$port
SSLSessionCache none
DocumentRoot $folder
<VirtualHost *:$port>
    SSLEngine on
    $line
    SSLCertificateKeyFile $folder/etc/ssl/private/localhost.key
</VirtualHost>
""",
        "envvars": "",
    },
    ("-d", "$folder", "-DFOREGROUND"),
    {"APACHE_CONFDIR": "$folder", "APACHE_RUN_DIR": "$folder", "APACHE_LOCK_DIR": "$folder"},
)
HAPROXY = Daemon(
    "HAProxy",
    "haproxy",
    {
        "etc/haproxy/haproxy.cfg": """
defaults
    mode http
    timeout connect 5s
    timeout client 5s
    timeout server 5s
frontend site
    $line
    http-request return status 200
"""
    },
    ("-W", "-p", "$folder/pid", "-f", "$folder/etc/haproxy/haproxy.cfg"),
    # what its unit does for `systemctl reload`
    tools={"systemctl": '[ "$$*" = "reload haproxy" ] && kill -USR2 "$$(head -n 1 $folder/pid)"'},
)
CADDY = Daemon(
    "Caddy",
    "caddy",
    {
        "etc/caddy/Caddyfile": """
{
    admin unix/$folder/admin.sock
    auto_https disable_redirects
    default_bind 127.0.0.1
    storage file_system $folder/storage
}
$line
"""
    },
    ("run", "--config", "$folder/etc/caddy/Caddyfile"),
)
POSTFIX = Daemon(
    "Postfix",
    "postfix",
    {
        "etc/postfix/main.cf": """
compatibility_level = 3.6
queue_directory = $folder/queue
data_directory = $folder/data
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = localhost
mydestination =
local_recipient_maps =
maillog_file_prefixes = $folder
maillog_file = $folder/mail.log
smtpd_tls_security_level = may
$line
""",
        "etc/postfix/master.cf": """
127.0.0.1:$port inet n - n - - smtpd
tlsmgr unix - - n 1000? 1 tlsmgr
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
""",
    },
    ("start-fg",),
    {"MAIL_CONFIG": "$folder/etc/postfix"},
    starttls="smtp",
    stop=("stop",),
    needs_root=True,
    owner="postfix",
)
DOVECOT = Daemon(
    "Dovecot",
    "dovecot",
    {
        "dovecot.conf": """
base_dir = $folder/run
state_dir = $folder/state
log_path = $folder/dovecot.log
listen = 127.0.0.1
protocols = imap
ssl = yes
$line
ssl_key = <$folder/etc/ssl/private/localhost.key
passdb {
  driver = static
  args = password=none
}
service imap-login {
  chroot =
  inet_listener imap {
    port = $port
  }
  inet_listener imaps {
    port = 0
  }
}
service stats {
  chroot =
}
"""
    },
    ("-F", "-c", "$folder/dovecot.conf"),
    tools={"doveadm": 'exec /usr/bin/doveadm -c $folder/dovecot.conf "$$@"'},
    starttls="imap",
    needs_root=True,
)
EXIM = Daemon(
    "Exim",
    "exim4",
    {
        "exim.conf": """
spool_directory = $folder/data
log_file_path = $folder/data/%slog
pid_file_path = $folder/data/pid
keep_environment =
exim_path = $program
primary_hostname = localhost
daemon_smtp_ports = $port
local_interfaces = 127.0.0.1
tls_advertise_hosts = *
tls_privatekey = $folder/data/server.key
$line
begin acl
begin routers
begin transports
"""
    },
    ("-C", "$folder/exim.conf", "-bdf"),
    tools={
        "exim4": 'exec $program -C $folder/exim.conf "$$@"',
        # what its unit does for `systemctl reload`
        "systemctl": '[ "$$*" = "reload exim4" ] && kill -HUP "$$(cat $folder/data/pid)"',
    },
    starttls="smtp",
    needs_root=True,
    owner="Debian-exim",
)
OPENLDAP = Daemon(
    "OpenLDAP",
    "slapd",
    {
        "chain.ldif": "$line",
        "config.ldif": """
dn: cn=config
objectClass: olcGlobal
cn: config
olcPidFile: $folder/pid
olcTLSCertificateFile: $folder/leaf.pem
olcTLSCertificateKeyFile: $folder/etc/ssl/private/localhost.key

dn: olcDatabase={0}config,cn=config
objectClass: olcDatabaseConfig
olcDatabase: {0}config
olcRootDN: gidNumber=$group+uidNumber=$user,cn=peercred,cn=external,cn=auth
""",
    },
    ("-d", "0", "-F", "$folder/data", "-h", "ldap://127.0.0.1:$port ldapi://$quoted_folder%2Fldapi"),
    # the machine's slapd is not asked
    tools={
        "ldapmodify": '[ "$$1 $$2 $$3 $$4" = "-Y EXTERNAL -H ldapi:///" ] && shift 4 && '
        'exec /usr/bin/ldapmodify -Y EXTERNAL -H ldapi://$quoted_folder%2Fldapi "$$@"'
    },
    starttls="ldap",
    prepare="slapadd -n 0 -F $folder/data -l $folder/config.ldif",
)
POSTGRESQL = Daemon(
    "PostgreSQL",
    "postgres",
    {
        "postgresql.conf": """
data_directory = '$folder/data/db'
listen_addresses = '127.0.0.1'
port = $port
unix_socket_directories = ''
fsync = off
ssl = on
ssl_key_file = '$folder/data/server.key'
$line
"""
    },
    ("-D", "$folder/data/db", "-c", "config_file=$folder/postgresql.conf"),
    # what its unit does for `systemctl reload`
    tools={
        "systemctl": '[ "$$*" = "reload postgresql" ] && kill -HUP "$$(head -n 1 $folder/data/db/postmaster.pid)"'
    },
    starttls="postgres",
    owner="postgres",
    as_owner=True,
    prepare='$as_owner "$$(dirname "$$(readlink -f $program)")/initdb" --no-sync --auth=trust --username=postgres '
    "--locale=C.UTF-8 -D $folder/data/db",
)
MARIADB = Daemon(
    "MariaDB",
    "mariadbd",
    {
        "my.cnf": """
$line
ssl_key = $folder/data/server.key
datadir = $folder/data
socket = $folder/data/socket
pid_file = $folder/data/pid
bind_address = 127.0.0.1
port = $port
# no tables are needed for a handshake
skip_grant_tables
innodb = OFF
default_storage_engine = Aria
"""
    },
    ("--defaults-file=$folder/my.cnf", "--user=nobody"),
    tools={"systemctl": _restart("mariadb")},
    starttls="mysql",
    owner="nobody",
    again=True,
)
TOMCAT = Daemon(
    "Tomcat",
    "java",
    {
        "conf/server.xml": """
<Server port="-1">
  <Service name="Catalina">
    <Connector port="$port" address="127.0.0.1" SSLEnabled="true"
               protocol="org.apache.coyote.http11.Http11NioProtocol">
      <SSLHostConfig>
        $line
      </SSLHostConfig>
    </Connector>
    <Engine name="Catalina" defaultHost="localhost">
      <Host name="localhost" appBase="data"/>
    </Engine>
  </Service>
</Server>
"""
    },
    (
        *("-XX:TieredStopAtLevel=1", "-Xmx64m", "-Dcatalina.base=$folder", "-Dcatalina.home=$folder"),
        *("-cp", ":".join(sorted(map(str, Path("/usr/share/java").glob("tomcat10-*.jar"))))),
        *("org.apache.catalina.startup.Tomcat", "--no-jmx", "--catalina", "start"),
    ),
    tools={"systemctl": _restart("tomcat10")},
    needs=(Path("/usr/share/java/tomcat10-catalina.jar"),),
    again=True,
)
REDIS = Daemon(
    "Redis",
    "redis-server",
    {
        "redis.conf": """
port 0
tls-port $port
bind 127.0.0.1
tls-auth-clients no
tls-key-file $folder/etc/ssl/private/localhost.key
dir $folder/data
save ""
$line
"""
    },
    ("$folder/redis.conf",),
)
DAEMONS = (NGINX, APACHE, HAPROXY, CADDY, POSTFIX, DOVECOT, EXIM, OPENLDAP, POSTGRESQL, MARIADB, TOMCAT)
"""Those that there are lines for."""
