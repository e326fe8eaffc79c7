kind-gathering = Ryhmäkerta
gathering-title = Ryhmät ja ajat, joissa on paikkoja
gathering-full = Täynnä
gathering-full-title = Kaikki paikat on varattu
gathering-seats = Paikat
gathering-seat = Paikka { $number }
gathering-taken = { $taken }/{ $all } paikkaa varattu
gathering-names = Muut osallistujat eivät näe nimeäsi.
gathering-book = Varaa paikka
gathering-wait = Jonota paikkaa
gathering-wait-hint = Kun paikka vapautuu, tarjoamme sitä jonon järjestyksessä. Voit ottaa sen tai kieltäytyä.
gathering-waits = Olet jonossa sijalla { $place }. Kerromme, kun paikka vapautuu.
gathering-own-wish = Katso jonopaikkaasi
gathering-full-other = Valitse toinen aika.
gathering-wrong-taken = Joku ehti varata viimeisen paikan.
gathering-who = Ketkä tulevat
gathering-nobody = Kukaan ei ole vielä varannut paikkaa.
gathering-offered = Tarjottu jonottajalle
gathering-came = Tuli
gathering-missed = Ei tullut
gathering-give-up = Peru paikka
gathering-hold = Vahvista, että ryhmä pidetään
gathering-call-off = Ryhmää ei pidetä
gathering-call-off-now = Peru ryhmä ja kaikki paikat
gathering-undecided = Päätetään { $time }: pidetään, jos tulijoita on vähintään { $least }
gathering-held = Pidetään
gathering-begun = Merkitse, ketkä tulivat
gathering-not-held = Ei pidetä
gathering-closed = Ohi
gathering-did-marked = Merkitty.
gathering-did-freed = Paikka on peruttu ja taas vapaa.
gathering-did-held = Ryhmä pidetään.
gathering-did-not-held = Ryhmä on peruttu, ja osallistujille kerrotaan siitä.
gathering-did-otherwise = Tilanne oli jo muuttunut. Näin se on nyt.
gathering-free = Vapaita paikkoja { $free }/{ $all }
gathering-waiting = { $count ->
    [0] Jonossa ei ole ketään.
    [one] Jonossa on yksi.
   *[other] Jonossa on { $shown }.
}
gathering-call-off-hint = { $count ->
    [0] Kukaan ei ole varannut paikkaa.
    [one] Yksi varaus perutaan, ja hänelle kerrotaan siitä.
   *[other] { $shown } varausta perutaan, ja heille kerrotaan siitä.
}
gathering-more = Näytä { $count } muuta
