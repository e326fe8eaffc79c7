protected-title = Keep time for other work
protected-hint = Nobody can book this time of yours.
protected-what = For what?
protected-date = Day
protected-keep = Keep the time
protected-on-day = Duties and other work
protected-nobody-books = Nobody can book this time
protected-change = Move this time or give it up
protected-why = Why?
protected-move = Move the time
protected-release = Give up the time
protected-given-up = Moved or given up
protected-wrong-date = Give the day.
protected-wrong-why = Give the reason in at most 500 characters.
protected-wrong-most = No more time can be kept for this on one day.
protected-wrong-taken = Something is booked at this time. Choose another time, or move the booking first.
day-did-released = The time is given up.
day-did-protected-moved = The time is moved.
calendar-did-protected = The time is kept.
calendar-did-duty = The duty is given.
calendar-did-duty-end = The duty is taken back.
duty-who = Who is on duty?
duty-give = Give the duty
duty-end = Take back the duty
duty-wrong-who = Choose who is on duty.
duty-missing = { $count ->
    [one] one is missing
   *[other] { $shown } are missing
}
