queues-to-list = Matters of the queue
queues-today = Today
queues-already = { $count ->
    [one] { $shown } matter is late already.
   *[other] { $shown } matters are late already.
}
queues-will-be-late = { $count ->
    [one] At this pace { $shown } is late
   *[other] At this pace { $shown } are late
}
queues-at = at { $clock }.
queues-averts = What averts it
queues-hands = { $count ->
    [0] Those that are late already are dealt with if nobody leaves.
    [one] { $shown } more professional from now on.
   *[other] { $shown } more professionals from now on.
}
queues-hands-none = More people are not enough today. Tell those who wait when the answer comes.
queues-overflow = Hand over { $count } to { $queue }.
queues-move = Move matters
queues-in-time = At this pace everybody is answered in time.
queues-pace = The pace is { $pace } answers an hour. Work ends at { $clock }.
queues-no-pace = Nobody has answered in this queue yet. The forecast comes with the first answers.
queues-over = Nobody is at work in this queue now.
queues-law-stays = A rush moves no time limit of the law and closes no channel.
queues-longest = The longest wait so far is { $time }.
queues-late = { $count ->
    [one] { $shown } is late.
   *[other] { $shown } are late.
}
queues-late-transfers = Late transfers
queues-accept = A matter that was handed over is taken within { $hours } hours in which the queue is staffed.
queues-no-late-transfers = No transfer is late.
queues-people = Who is at work
queues-nobody = Nobody is at work today.
queues-clocks = Time limits
queues-rules = Routing rules
queues-no-rules = No rule leads to this queue. Matters come by their service.
queues-change = Routing rules and changes
queues-version = version { $version }
queues-elements = In use
queues-says = What residents are told
queues-relief = Helps in a rush
queues-open = Open until { $clock }.
queues-closed = Closed now. Opens { $at }. Messages can be sent at any time.
queues-never = The queue has no opening hours. Messages can be sent at any time.
queues-hours = Opening hours
queues-staffed = Staffed
queues-shut = closed
queues-holidays = public holidays
queues-time = { $hour }.{ $minute }
rehearsal-back = Back to the queue
rehearsal-title = Routing rules and changes
rehearsal-lead = A change to come is tried on the contacts of the last 90 days before it is in force. The trial looks at codes alone: service, language, age and place. No message is read.
rehearsal-none = No change of the rules is to come.
rehearsal-from = In force from { $day }.
rehearsal-ends = The rule ends.
rehearsal-result = What the change would have done
rehearsal-all = { $count ->
    [one] Tried on { $shown } contact.
   *[other] Tried on { $shown } contacts.
}
rehearsal-elsewhere = { $count ->
    [0] All would have gone to the same queue.
    [one] { $shown } would have gone elsewhere.
   *[other] { $shown } would have gone elsewhere.
}
rehearsal-was = Went to
rehearsal-would = Would have gone to
rehearsal-count = Contacts
rehearsal-order = Rules in force
rehearsal-order-what = Of two rules the one with the lower number decides. No other order matters.
queues-how = How the queue is doing
queues-used-half = { $count ->
    [one] { $shown } has used more than half of its time.
   *[other] { $shown } have used more than half of their time.
}
queues-used-most = { $count ->
    [one] { $shown } has used more than three quarters of its time.
   *[other] { $shown } have used more than three quarters of their time.
}
