kind-contact = Contact
absences-title = Absences and deputies
absences-none = Nobody in the unit is away, and no future absence has been entered.
absences-now = Away now
absences-by = Deputy: { $deputy }.
absences-enter = Enter an absence
absences-effect = While somebody is away, all their open matters also show on the deputy’s list, and the deputy can handle them. The matters stay in the name of the person who is away, and return to them when they are back.
absences-who = Who is away?
absences-from = First day
absences-until = Last day
absences-deputy = Deputy
absences-returning = If a client reopens a finished matter
absences-returning-deputy = It goes to the deputy
absences-returning-queue = It goes to the queue
absences-save = Save the absence
absences-end = The absence is over
absences-cancel = Cancel the absence
absences-standing-in = you stand in for them
absences-did-away = The absence was saved.
absences-did-back = The absence was ended.
absences-wrong-who = Choose who is away.
absences-wrong-days = Choose the days: the last day cannot be before the first, or already past. An absence lasts a year at most.
absences-wrong-deputy = Choose a deputy from the unit.
absences-wrong-deputy-away = The deputy is also away then. Choose somebody else.
absences-wrong-overlaps = An absence has already been entered for these days.
absences-wrong-returning = Choose where a reopened matter goes.
absences-wrong-over = This absence no longer exists.
moves-title = Move several matters
moves-lead = Choose the matters, and who gets them. The next page shows once more how many you move.
moves-rows = Matters to move
moves-to = To whom?
moves-to-queue = The unit’s queue
moves-check = Check the move
moves-each = Each move is recorded under “What has happened”. If something cannot be moved, you see its row separately.
moves-back = Choose again
moves-refused-gone = no longer belongs to the unit
moves-refused-moved = things have changed: it is already done, or nobody has it
moves-refused-later = it did not work just now, try again
moves-wrong-rows = Choose at least one matter.
moves-wrong-to = Choose who gets the matters.
moves-go = { $count ->
    [one] Move { $shown } matter
   *[other] Move { $shown } matters
}
moves-done = { $count ->
    [one] { $shown } matter moved
   *[other] { $shown } matters moved
}
moves-refused = { $count ->
    [one] { $shown } matter could not be moved
   *[other] { $shown } matters could not be moved
}
