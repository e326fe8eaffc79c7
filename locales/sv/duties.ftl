kept-title = Reservera tid för annat arbete
kept-hint = Ingen kan boka den här tiden hos dig.
kept-what = För vad?
kept-date = Dag
kept-keep = Reservera tiden
kept-on-day = Jourer och annat arbete
kept-nobody-books = Den här tiden kan inte bokas
kept-change = Flytta tiden eller ge upp den
kept-why = Varför?
kept-move = Flytta tiden
kept-release = Ge upp tiden
kept-given-up = Flyttat eller inställt
kept-wrong-date = Ange dagen.
kept-wrong-why = Ange orsaken med högst 500 tecken.
kept-wrong-most = Det går inte att reservera mer tid för det här samma dag.
kept-wrong-taken = Det finns redan en bokning den här tiden. Välj en annan tid eller flytta bokningen först.
day-did-released = Tiden är uppgiven.
day-did-kept-moved = Tiden är flyttad.
calendar-did-kept = Tiden är reserverad för annat arbete.
calendar-did-duty = Jouren är given.
calendar-did-duty-end = Jouren är borttagen.
duty-who = Vem har jour?
duty-give = Ge jouren
duty-end = Ta bort jouren
duty-wrong-who = Välj vem som har jour.
duty-missing = { $count ->
    [one] en saknas
   *[other] { $shown } saknas
}
