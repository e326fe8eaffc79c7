kind-contact = Contact
absences-title = Absences and deputies
absences-none = Nobody of the unit is away, and no absence to come is entered.
absences-now = Away now
absences-by = Deputy: { $deputy }.
absences-enter = Enter an absence
absences-effect = While somebody is away all their open matters show among the deputy’s own, and the deputy can see to them. The matters stay in the name of the one who is away, and are theirs again when they are back.
absences-who = Who is away?
absences-from = First day
absences-until = Last day
absences-deputy = Deputy
absences-returning = When a client takes up again what was done
absences-returning-deputy = It comes to the deputy
absences-returning-queue = It comes to the queue
absences-save = Save the absence
absences-end = The absence is over
absences-cancel = Cancel the absence
absences-standing-in = you stand in for them
absences-did-away = The absence was saved.
absences-did-back = The absence was ended.
absences-wrong-who = Choose who is away.
absences-wrong-days = Choose the days: the last is not before the first and not past, and the absence lasts a year at most.
absences-wrong-deputy = Choose a deputy of the unit.
absences-wrong-deputy-away = The deputy is away then, too. Choose somebody else.
absences-wrong-overlaps = An absence is entered for these days already.
absences-wrong-returning = Choose where a matter comes that is taken up again.
absences-wrong-over = This absence is there no more.
moves-title = Move several matters
moves-lead = Choose the matters, and to whom they go. The next page says once more how many you move.
moves-rows = Matters to move
moves-to = To whom?
moves-to-queue = The unit’s queue
moves-check = Check the move
moves-each = Each move is entered in what happened to its matter. What cannot be moved is told row by row.
moves-back = Choose again
moves-refused-gone = is no longer the unit’s
moves-refused-moved = things have changed: it is done already, or nobody has it
moves-refused-later = did not work just now, try again
moves-wrong-rows = Choose at least one matter.
moves-wrong-to = Choose to whom the matters go.
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
