needs-title = Hoitoa odottavat
needs-client = Asiakas
needs-care = Hoito
needs-by-day = Viimeistään
needs-stands = Tilanne
needs-time = { $day } klo { $clock }
needs-waiting = Odottaa
needs-agreed = Sovittu { $time }
needs-met = { $count ->
    [one] Hoito alkoi { $shown } päivässä
   *[other] Hoito alkoi { $shown } päivässä
}
needs-late = { $count ->
    [one] Myöhässä { $shown } pv
   *[other] Myöhässä { $shown } pv
}
needs-excepted = Ei määräaikaa
needs-over-no_longer_needed = Hoitoa ei enää tarvita
needs-over-declined = Asiakas ei halua hoitoa
needs-over-unreachable = Asiakasta ei tavoiteta
needs-over-moved = Asiakas on muuttanut pois
needs-over-bought = Hoito saatiin muualta
needs-over-died = Asiakas on kuollut
needs-establish = Totea hoidon tarve
needs-establish-now = Totea tarve
needs-effect = Määräaika alkaa tänään. Asiakas tulee hoitavan yksikön luetteloon odottamaan hoitoa.
needs-which = Mikä hoito tarvitaan?
needs-by = { $clock }: viimeistään { $day }
needs-age = Asiakkaan ikä vuosina
needs-years = { $age } v
needs-to-contact = Takaisin yhteydenottoon
needs-found = Hoidon tarve
needs-established = Tarve todettu
needs-age-then = Ikä silloin
needs-appointment = Avaa sovittu aika
needs-no-calendar = Tähän hoitoon ei voi varata aikaa täällä. Kun hoito alkaa, kirjaa se tähän.
needs-elsewhere = Hoito alkoi muualla
needs-elsewhere-effect = Kirjaa tämä, kun hoito on alkanut ilman täällä varattua aikaa. Hoidon alkamispäiväksi tulee tämä päivä.
needs-meet = Kirjaa: hoito alkoi tänään
needs-exception = Poikkeus takuusta
needs-exception-effect = Asiakas jää luetteloon, mutta hoidon alkamiselle ei ole määräaikaa. Syy näkyy luvuissa erikseen.
needs-exception-why = Miksi hoito voi alkaa myöhemmin?
needs-except = Kirjaa poikkeus
needs-over = Tarve on ohi
needs-over-why = Miksi hoitoa ei aloiteta?
needs-withdraw = Päätä odotus
needs-did-meet = Hoidon alkaminen on kirjattu.
needs-did-except = Poikkeus on kirjattu.
needs-did-withdraw = Odotus on päätetty.
needs-event-established = Tarve todettiin
needs-event-agreed = Aika sovittiin
needs-event-freed = Sovittu aika peruuntui
needs-event-met = Hoito alkoi
needs-event-excepted = Poikkeus kirjattiin
needs-event-withdrawn = Odotus päätettiin
needs-event-closed = Poistui luettelosta
needs-ending = Takuu päättyy viikon sisällä
needs-none-ending = Kenenkään takuu ei pääty viikon sisällä.
needs-wrong-care = Valitse, mikä hoito tarvitaan.
needs-wrong-age = Kirjoita ikä vuosina numeroilla.
needs-wrong-time = Valitse aika.
needs-wrong-why = Valitse syy.
needs-wrong-over = Tilanne on muuttunut: hoito on jo alkanut tai tarve on ohi. Tällä sivulla on nykyinen tilanne.
kind-care_need = Hoidon tarve
needs-more = { $count ->
    [one] { $shown } muu odottaa, kaikki näkyvät jonossa
   *[other] { $shown } muuta odottaa, kaikki näkyvät jonossa
}
