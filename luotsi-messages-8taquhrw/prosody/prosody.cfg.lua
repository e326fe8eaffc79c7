
run_as_root = true; daemonize = false; data_path = "/work/main/luotsi-messages-8taquhrw/prosody"; pidfile = "/work/main/luotsi-messages-8taquhrw/prosody/pid"
interfaces = { "127.0.0.1" }; c2s_ports = { 43151 }; legacy_ssl_ports = {}; c2s_direct_tls_ports = {}; s2s_ports = {}; http_ports = {}; https_ports = {}
modules_enabled = { "roster", "saslauth", "disco", "mam" }; modules_disabled = { "s2s", "tls" }
c2s_require_encryption = false; allow_unencrypted_plain_auth = true; authentication = "internal_plain"; limits = {}
storage = "internal"; default_archive_policy = true; log = { error = "/work/main/luotsi-messages-8taquhrw/prosody/log" }
VirtualHost "localhost"
