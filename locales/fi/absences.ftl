kind-contact = Yhteydenotto
absences-title = Poissaolot ja sijaiset
absences-none = Kukaan yksiköstä ei ole poissa, eikä tulevia poissaoloja ole kirjattu.
absences-now = Poissa nyt
absences-by = Sijainen: { $deputy }.
absences-enter = Kirjaa poissaolo
absences-effect = Poissaolon ajan kaikki avoimet asiat näkyvät myös sijaisen listalla, ja hän voi hoitaa niitä. Asiat pysyvät poissaolevan nimissä ja palaavat hänelle, kun hän on taas paikalla.
absences-who = Kuka on poissa?
absences-from = Ensimmäinen päivä
absences-until = Viimeinen päivä
absences-deputy = Sijainen
absences-returning = Jos asiakas avaa valmiin asian uudelleen
absences-returning-deputy = Asia tulee sijaiselle
absences-returning-queue = Asia tulee jonoon
absences-save = Tallenna poissaolo
absences-end = Poissaolo on päättynyt
absences-cancel = Peru poissaolo
absences-standing-in = sijaistat häntä
absences-did-away = Poissaolo on tallennettu.
absences-did-back = Poissaolo on päätetty.
absences-wrong-who = Valitse, kuka on poissa.
absences-wrong-days = Valitse päivät: viimeinen päivä ei voi olla ennen ensimmäistä eikä jo mennyt. Poissaolo kestää enintään vuoden.
absences-wrong-deputy = Valitse sijainen yksiköstä.
absences-wrong-deputy-away = Sijainen on itse poissa silloin. Valitse toinen.
absences-wrong-overlaps = Näille päiville on jo kirjattu poissaolo.
absences-wrong-returning = Valitse, mihin uudelleen avattu asia tulee.
absences-wrong-over = Tätä poissaoloa ei enää ole.
moves-title = Siirrä monta asiaa
moves-lead = Valitse asiat ja kenelle ne siirtyvät. Seuraavalla sivulla näet vielä, montako siirrät.
moves-rows = Siirrettävät asiat
moves-to = Kenelle?
moves-to-queue = Yksikön jonoon
moves-check = Tarkista siirto
moves-each = Jokainen siirto kirjataan asian tapahtumiin. Jos jotakin ei voi siirtää, näet sen rivin erikseen.
moves-back = Valitse uudelleen
moves-refused-gone = ei ole enää yksikön
moves-refused-moved = tilanne on muuttunut: asia on jo valmis, tai kenelläkään ei ole sitä
moves-refused-later = ei onnistunut juuri nyt, yritä uudelleen
moves-wrong-rows = Valitse ainakin yksi asia.
moves-wrong-to = Valitse, kenelle asiat siirtyvät.
moves-go = { $count ->
    [one] Siirrä { $shown } asia
   *[other] Siirrä { $shown } asiaa
}
moves-done = { $count ->
    [one] { $shown } asia siirretty
   *[other] { $shown } asiaa siirretty
}
moves-refused = { $count ->
    [one] { $shown } asiaa ei voitu siirtää
   *[other] { $shown } asiaa ei voitu siirtää
}
