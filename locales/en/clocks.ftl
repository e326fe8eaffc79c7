clocks-why = Why?
clocks-since = In force since { $day }.
clocks-source = Source
clocks-unconfirmed = The rule has not been checked against its original source yet.
clocks-step-need_established = The need was established on { $day }. That day is not counted.
clocks-step-received = The contact came on { $day }.
clocks-step-under = The client was { $age } then. The rule is for people under { $limit }.
clocks-step-from = The client was { $age } then. The rule is for people of { $limit } or over.
clocks-step-counts = Outside office hours: time counts from { $day }.
clocks-step-days = { $count ->
    [0] It is due on the same day.
    [one] There is { $shown } day.
   *[other] There are { $shown } days.
}
clocks-step-months = { $count ->
    [one] There is { $shown } month.
   *[other] There are { $shown } months.
}
clocks-step-weekdays = { $count ->
    [0] It is due on the same weekday.
    [one] There is { $shown } weekday.
   *[other] There are { $shown } weekdays.
}
clocks-step-month = The month has no such day, so the last day is { $day }.
clocks-step-follows = The rule changed on { $day }, and the change also covers time limits that are already running.
clocks-step-ends = The last day is { $day }.
clocks-step-asked = The question was asked on { $day }.
clocks-pause-waiting_client = Time does not run while we wait for the client’s answer. It starts from the beginning when the answer comes.
clocks-pause-closed_hours = Only weekdays count.
