series-title = Book a series of visits
series-count = How many visits?
series-every = How often?
series-show = Show the visits
series-visit = Visit { $number }
series-no-such-time = there is no such time. The nearest is proposed.
series-none-near = There are no free times around that day.
series-all-or-none = All visits are booked together, or none.
series-fewer = Not all visits can be booked. Choose fewer visits, another interval or another first time.
series-book = Book { $count } visits
series-conflicts = Nothing was booked, because somebody has just booked the time of visit { $visits }. Below is a new proposal.
series-row = { $name }, visit { $number } of { $count }
series-visits = { $count } visits
series-part = Visit { $number } of { $count } in a series
series-cancel = Cancel the rest of the visits
series-cancel-from = From which visit on?
series-cancel-now = Cancel the rest
series-shift = Leave a visit out and move the others on
series-shift-hint = The visit gets the time of the next one, and so on. A new time is chosen for the last.
series-shift-from = Which time is left out?
series-shift-last = Time of the last visit
series-shift-now = Move the visits
series-did-booked = The visits are booked.
series-did-cancelled = The visits are cancelled.
series-did-shifted = The visits are moved.
series-did-otherwise = Something had changed meanwhile. This is how it stands now.
kind-visit_series = Series of visits
series-left = { $count ->
    [0] none left
    [one] one left
   *[other] { $shown } left
}
series-every-days = Every { $days } days
