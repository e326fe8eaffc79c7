series-title = Varaa käyntisarja
series-count = Montako käyntiä?
series-every = Kuinka usein?
series-show = Näytä käynnit
series-visit = Käynti { $number }
series-no-such-time = sellaista aikaa ei ole. Ehdotamme lähintä.
series-none-near = Lähipäivinä ei ole vapaita aikoja.
series-all-or-none = Kaikki käynnit varataan kerralla, tai ei yhtäkään.
series-fewer = Kaikkia käyntejä ei voi varata. Valitse vähemmän käyntejä, toinen väli tai toinen ensimmäinen aika.
series-book = Varaa { $count } käyntiä
series-conflicts = Mitään ei varattu, koska joku ehti varata käynnin { $visits } ajan. Alla on uusi ehdotus.
series-row = { $name }, käynti { $number }/{ $count }
series-visits = { $count } käyntiä
series-part = Käynti { $number }/{ $count } käyntisarjasta
series-cancel = Peru loput käynnit
series-cancel-from = Mistä käynnistä alkaen?
series-cancel-now = Peru loput käynnit
series-shift = Jätä käynti väliin ja siirrä muita eteenpäin
series-shift-hint = Väliin jäävä käynti saa seuraavan käynnin ajan, ja niin edelleen. Viimeiselle valitaan uusi aika.
series-shift-from = Mikä aika jätetään väliin?
series-shift-last = Viimeisen käynnin aika
series-shift-now = Siirrä käynnit
series-did-booked = Käynnit on varattu.
series-did-cancelled = Käynnit on peruttu.
series-did-shifted = Käynnit on siirretty.
series-did-otherwise = Tilanne oli jo muuttunut. Näin se on nyt.
kind-visit_series = Käyntisarja
series-left = { $count ->
    [0] kaikki pidetty
    [one] yksi jäljellä
   *[other] { $shown } jäljellä
}
series-every-days = { $days } päivän välein
