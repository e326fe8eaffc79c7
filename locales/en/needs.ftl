needs-title = Waiting for care
needs-client = Client
needs-care = Care
needs-by-day = By
needs-stands = State
needs-time = { $day } at { $clock }
needs-waiting = Waiting
needs-agreed = Agreed { $time }
needs-met = { $count ->
    [one] Care began in { $shown } day
   *[other] Care began in { $shown } days
}
needs-late = { $count ->
    [one] { $shown } day late
   *[other] { $shown } days late
}
needs-excepted = No time limit
needs-over-no_longer_needed = Care is no longer needed
needs-over-declined = The client does not want care
needs-over-unreachable = The client cannot be reached
needs-over-moved = The client has moved away
needs-over-bought = Care was given elsewhere
needs-over-died = The client has died
needs-establish = Establish the need of care
needs-establish-now = Establish the need
needs-effect = The time limit begins today. The client goes onto the list of the unit that gives the care, and waits there.
needs-which = Which care is needed?
needs-by = { $clock }: by { $day }
needs-age = The client’s age in years
needs-years = { $age } years
needs-to-contact = Back to the contact
needs-found = Need of care
needs-established = Need established
needs-age-then = Age then
needs-appointment = Open the agreed time
needs-no-calendar = Appointments for this care cannot be booked here. When care begins, record it here.
needs-elsewhere = Care began elsewhere
needs-elsewhere-effect = Record this when care has begun without a time booked here. Care counts as begun today.
needs-meet = Record: care began today
needs-exception = Exception from the guarantee
needs-exception-effect = The client stays on the list, but there is no time limit for the care to begin. The reason is shown separately in the figures.
needs-exception-why = Why may care begin later?
needs-except = Record the exception
needs-over = The need is over
needs-over-why = Why does care not begin?
needs-withdraw = End the wait
needs-did-meet = It is recorded that care has begun.
needs-did-except = The exception is recorded.
needs-did-withdraw = The wait was ended.
needs-event-established = The need was established
needs-event-agreed = A time was agreed
needs-event-freed = The agreed time no longer holds
needs-event-met = Care began
needs-event-excepted = The exception was recorded
needs-event-withdrawn = The wait was ended
needs-event-closed = Left the list
needs-ending = Guarantee ends within a week
needs-none-ending = Nobody’s guarantee ends within a week.
needs-wrong-care = Choose which care is needed.
needs-wrong-age = Write the age in years in digits.
needs-wrong-time = Choose a time.
needs-wrong-why = Choose a reason.
needs-wrong-over = Things have changed: care has already begun, or the need is over. This page shows how it stands now.
kind-care_need = Need of care
needs-more = { $count ->
    [one] { $shown } more waits, all are in the queue
   *[other] { $shown } more wait, all are in the queue
}
