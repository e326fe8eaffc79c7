section-ports = Connections
ports-lead = How messages go out, what is in use, and what the county must still get.
ports-none = There are no connections.
ports-runs-file = In use: files.
ports-runs-stand-in = For the time being: messages wait as files until another program takes them.
ports-runs-smtp = In use: mail server.
ports-runs-webhook = In use: signed requests.
ports-runs-oidc = In use: the identification service.
ports-runs-register = In use: files that another program puts there.
ports-runs-webrtc = Meetings by video work from browser to browser.
ports-runs-nothing = Not in use: something is missing from the settings, and messages wait.
ports-runs-not-yet = This has not been checked yet.
ports-taken = Last taken
ports-taken-none = none since the start
ports-waiting = Waiting to go out
ports-since = oldest { $day }
ports-code = Reason { $code }: { $count }
ports-may-tell = Gone out, a report may still come
ports-files = Files
ports-files-of = in { $in }, out { $out }, delivered { $done }, refused { $refused }
ports-looked = Checked
ports-to-do = What the county must still do
ports-contract = To agree
ports-configure = To set
ports-failed = Messages that did not arrive
ports-failed-none = All have arrived or are on their way.
ports-failed-what = For each there is a task on the unit’s work list.
ports-tasks = { $count ->
    [one] { $shown } task
   *[other] { $shown } tasks
}
