kept-title = Keep time for other work
kept-hint = Nobody can book this time of yours.
kept-what = For what?
kept-date = Day
kept-keep = Keep the time
kept-on-day = Duties and other work
kept-nobody-books = Nobody can book this time
kept-change = Move this time or give it up
kept-why = Why?
kept-move = Move the time
kept-release = Give up the time
kept-given-up = Moved or given up
kept-wrong-date = Give the day.
kept-wrong-why = Give the reason in at most 500 characters.
kept-wrong-most = No more time can be kept for this on one day.
kept-wrong-taken = Something is booked at this time. Choose another time, or move the booking first.
day-did-released = The time is given up.
day-did-kept-moved = The time is moved.
calendar-did-kept = The time is kept.
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
