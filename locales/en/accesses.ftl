section-accesses = Access record
accesses-lead = Who has seen what. Your own looking is recorded, too.
accesses-grounds = Opened on a ground of law
accesses-no-grounds = Nobody has opened data of the other register on a ground of law in 90 days.
accesses-of-health = health care data
accesses-of-social = social welfare data
accesses-until = until { $time }
accesses-extract = Extract for a resident
accesses-person = Id of the resident
accesses-person-hint = The id by which the system knows the resident. Not a name or an identity code.
accesses-wrong-person = Enter the id of the resident.
accesses-show = Show the openings
accesses-file = Download as a file (CSV)
accesses-count = { $count ->
    [0] No openings
    [one] One opening
   *[other] { $shown } openings
 }
accesses-when = Time
accesses-who = Who
accesses-role = Role
accesses-what = What
accesses-matter = Matter
accesses-why = Why
accesses-what-read = Read
accesses-what-written = Wrote
accesses-what-handled = Handled
accesses-what-assigned = Gave to somebody
accesses-what-met = Opened the video room
accesses-what-refused = Tried, was refused
section-retention = Retention and erasure
retention-lead = How long sealed texts are kept, and by which rule.
retention-what = What
retention-kept = Kept for
retention-source = Source
retention-unchecked = The source has not been checked, so nothing is destroyed by it.
retention-undecided = Not decided: nothing is destroyed.
retention-erased = People who were erased
retention-how = Whoever runs the server erases a person’s data with the command luotsi erase. It destroys the keys and cannot be undone.
retention-none = Nobody’s data has been erased.
retention-keys = { $count ->
    [one] one key destroyed
   *[other] { $shown } keys destroyed
 }
