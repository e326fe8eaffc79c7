series-title = Boka en besöksserie
series-count = Hur många besök?
series-every = Hur ofta?
series-show = Visa besöken
series-visit = Besök { $number }
series-no-such-time = det finns ingen sådan tid. Vi föreslår den närmaste.
series-none-near = Det finns inga lediga tider de närmaste dagarna.
series-all-or-none = Alla besök bokas på en gång, eller inget av dem.
series-fewer = Alla besök kan inte bokas. Välj färre besök, ett annat intervall eller en annan första tid.
series-book = Boka { $count } besök
series-conflicts = Ingenting bokades, eftersom någon hann boka tiden för besök { $visits }. Ett nytt förslag finns nedan.
series-row = { $name }, besök { $number } av { $count }
series-visits = { $count } besök
series-part = Besök { $number } av { $count } i en besöksserie
series-cancel = Avboka resten av besöken
series-cancel-from = Från och med vilket besök?
series-cancel-now = Avboka resten
series-shift = Hoppa över ett besök och flytta de andra framåt
series-shift-hint = Besöket får tiden för det följande, och så vidare. För det sista väljs en ny tid.
series-shift-from = Vilken tid hoppas över?
series-shift-last = Tid för det sista besöket
series-shift-now = Flytta besöken
series-did-booked = Besöken är bokade.
series-did-cancelled = Besöken är avbokade.
series-did-shifted = Besöken är flyttade.
series-did-otherwise = Läget hade redan ändrats. Så här är det nu.
kind-visit_series = Besöksserie
series-left = { $count ->
    [0] alla är över
    [one] ett kvar
   *[other] { $shown } kvar
}
series-every-days = Med { $days } dagars mellanrum
