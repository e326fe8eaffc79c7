protected-title = Reservera tid för annat arbete
protected-hint = Ingen kan boka den här tiden hos dig.
protected-what = För vad?
protected-date = Dag
protected-keep = Reservera tiden
protected-on-day = Jourer och annat arbete
protected-nobody-books = Den här tiden kan inte bokas
protected-change = Flytta tiden eller ge upp den
protected-why = Varför?
protected-move = Flytta tiden
protected-release = Ge upp tiden
protected-given-up = Flyttat eller inställt
protected-wrong-date = Ange dagen.
protected-wrong-why = Ange orsaken med högst 500 tecken.
protected-wrong-most = Det går inte att reservera mer tid för det här samma dag.
protected-wrong-taken = Det finns redan en bokning den här tiden. Välj en annan tid eller flytta bokningen först.
day-did-released = Du har gett upp tiden.
day-did-protected-moved = Tiden är flyttad.
calendar-did-protected = Tiden är reserverad för annat arbete.
calendar-did-duty = Jouren har getts.
calendar-did-duty-end = Jouren har tagits bort.
duty-who = Vem har jour?
duty-give = Ge jouren
duty-end = Ta bort jouren
duty-wrong-who = Välj vem som har jour.
duty-missing = { $count ->
    [one] en saknas
   *[other] { $shown } saknas
}
