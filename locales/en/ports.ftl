section-ports = Connections
ports-lead = By what messages go out, what runs, and what the county must still get.
ports-none = There are no connections.
ports-runs-file = Runs: files.
ports-runs-stand-in = Stand-in: messages wait as files until another program takes them.
ports-runs-smtp = Runs: mail server.
ports-runs-webhook = Runs: signed requests.
ports-runs-nothing = Does not run: something is missing in the settings, and messages wait.
ports-runs-not-yet = This has not been checked yet.
ports-taken = Last taken
ports-taken-none = none since the start
ports-waiting = Wait to go out
ports-since = oldest { $day }
ports-code = Reason { $code }: { $count }
ports-may-tell = Gone out, word may still come
ports-files = Files
ports-files-of = in { $in }, out { $out }, delivered { $done }, refused { $refused }
ports-looked = Checked
ports-to-do = What the county must still do
ports-contract = To contract
ports-configure = To configure
ports-failed = Messages that did not arrive
ports-failed-none = All have arrived or are on their way.
ports-failed-what = For each there is a task on the unit’s work list.
ports-tasks = { $count ->
    [one] { $shown } task
   *[other] { $shown } tasks
}
