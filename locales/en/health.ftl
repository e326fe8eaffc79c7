section-health = Status
health-lead = { $count ->
    [0] Everything works.
    [one] One thing does not work.
   *[other] { $shown } things do not work.
 }
health-well = Works
health-broken = Does not work
health-since = since { $time }
health-who = Mended by:
health-who-operator = whoever runs the server
health-who-admin = the administrator, in the settings
health-who-analyst = whoever imports the data
health-who-content = the owner of the content
health-log = Event log
health-accesses = Record of accesses
health-disk = Disk
health-not-written = it cannot be written to
health-facts = Data for measures
health-facts-wrong = { $count ->
    [one] one event waits
   *[other] { $shown } events wait
 }
health-clocks = Time limits
health-clocks-wrong = { $count ->
    [one] one time limit has run out, and nothing came of it
   *[other] { $shown } time limits have run out, and nothing came of them
 }
health-ports = Connections
health-ports-wrong = { $count ->
    [one] one lacks settings
   *[other] { $shown } lack settings
 }
health-messages = Messages out
health-messages-wrong = a message has waited for more than a night
health-imports = Imports
health-imports-wrong = { $count ->
    [one] the last import of one table had refused rows, or was not read to its end
   *[other] the last imports of { $shown } tables had refused rows, or were not read to their end
 }
health-imports-away = imports cannot be read
health-content = Content
health-content-wrong = { $count ->
    [one] one fault
   *[other] { $shown } faults
 }
health-content-what = These parts are left out until they are mended. All other content is in use.
section-units = Units
units-lead = The units as they are today, who works in them, and their queues with the register of each.
units-change = Whoever runs the server changes units with the command luotsi unit, or they come by import.
units-staff = { $count ->
    [one] one professional
   *[other] { $shown } professionals
 }
