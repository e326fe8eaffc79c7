kind-gathering = Gathering
gathering-title = Groups and times with places
gathering-full = Full
gathering-full-title = All places are taken
gathering-seats = Places
gathering-seat = Place { $number }
gathering-taken = { $taken } of { $all } places taken
gathering-names = The others who come do not see your name.
gathering-book = Book a place
gathering-wait = Join the waiting list
gathering-wait-hint = When a place becomes free, we offer it in the order of the list. You can take it or decline.
gathering-waits = You are number { $place } on the waiting list. We tell you when a place becomes free.
gathering-own-wish = See your place on the list
gathering-full-other = Choose another time.
gathering-wrong-taken = Somebody has just taken the last place.
gathering-who = Who comes
gathering-nobody = Nobody has booked a place yet.
gathering-offered = Offered to somebody on the waiting list
gathering-came = Came
gathering-missed = Did not come
gathering-give-up = Cancel the place
gathering-hold = Confirm that it is held
gathering-call-off = It is not held
gathering-call-off-now = Call it off and cancel all places
gathering-undecided = Decided on { $time }: held if at least { $least } come
gathering-held = It is held
gathering-begun = Mark who came
gathering-not-held = It is not held
gathering-closed = Over
gathering-did-marked = Marked.
gathering-did-freed = The place is cancelled and free again.
gathering-did-held = It is held.
gathering-did-not-held = It is called off, and those who would have come are told.
gathering-did-otherwise = Something had changed meanwhile. This is how it stands now.
gathering-free = Free places: { $free } of { $all }
gathering-waiting = { $count ->
    [0] Nobody is on the waiting list.
    [one] One is on the waiting list.
   *[other] { $shown } are on the waiting list.
}
gathering-call-off-hint = { $count ->
    [0] Nobody has booked a place.
    [one] One booking is cancelled, and the person is told.
   *[other] { $shown } bookings are cancelled, and the people are told.
}
gathering-more = Show { $count } more
