queues-to-list = Jonon asiat
queues-today = Tänään
queues-already = { $count ->
    [one] { $shown } asia on jo myöhässä.
   *[other] { $shown } asiaa on jo myöhässä.
}
queues-will-be-late = { $count ->
    [one] Tällä tahdilla { $shown } asia on myöhässä
   *[other] Tällä tahdilla { $shown } asiaa on myöhässä
}
queues-at = klo { $clock }.
queues-averts = Mikä sen estää
queues-hands = { $count ->
    [0] Jo myöhässä olevat tulevat hoidetuiksi, kun kukaan ei lähde.
    [one] { $shown } ammattilainen lisää nyt.
   *[other] { $shown } ammattilaista lisää nyt.
}
queues-hands-none = Lisäväki ei enää riitä tänään. Kerro jonossa odottaville, milloin vastaus tulee.
queues-overflow = Siirrä { $count } asiaa jonoon { $queue }.
queues-move = Siirrä asioita
queues-in-time = Tällä tahdilla kaikki saavat vastauksen ajoissa.
queues-pace = Tahti on { $pace } vastausta tunnissa. Työpäivä päättyy klo { $clock }.
queues-no-pace = Jonossa ei ole vielä vastattu. Ennuste tulee, kun ensimmäiset vastaukset on annettu.
queues-over = Jonossa ei ole nyt ketään työssä.
queues-law-stays = Ruuhka ei siirrä lain määräaikoja eikä sulje kanavia.
queues-longest = Pisimpään odottanut on odottanut { $time }.
queues-late = { $count ->
    [one] { $shown } on myöhässä.
   *[other] { $shown } on myöhässä.
}
queues-late-transfers = Myöhässä olevat siirrot
queues-accept = Siirretty asia otetaan { $hours } tunnin kuluessa siitä, kun jonossa on väkeä.
queues-no-late-transfers = Yksikään siirto ei ole myöhässä.
queues-people = Ketkä ovat työssä
queues-nobody = Kukaan ei ole tänään työssä.
queues-clocks = Määräajat
queues-rules = Ohjaussäännöt
queues-no-rules = Mikään sääntö ei ohjaa tähän jonoon. Asiat tulevat palvelun mukaan.
queues-change = Ohjaussäännöt ja muutokset
queues-version = versio { $version }
queues-elements = Käytössä
queues-says = Mitä asukkaalle kerrotaan
queues-relief = Ruuhkassa auttaa
queues-open = Auki klo { $clock } asti.
queues-closed = Nyt kiinni. Aukeaa { $at }. Viestin voi lähettää milloin vain.
queues-never = Jonolla ei ole aukioloaikoja. Viestin voi lähettää milloin vain.
queues-hours = Aukiolo
queues-staffed = Väkeä paikalla
queues-shut = kiinni
queues-holidays = pyhät
queues-time = { $hour }.{ $minute }
rehearsal-back = Takaisin jonoon
rehearsal-title = Ohjaussäännöt ja muutokset
rehearsal-lead = Tuleva muutos kokeillaan 90 viime päivän yhteydenotoilla ennen kuin se tulee voimaan. Kokeilu katsoo vain koodeja: palvelua, kieltä, ikää ja paikkaa. Viestejä ei lueta.
rehearsal-none = Sääntöihin ei ole tulossa muutoksia.
rehearsal-from = Voimaan { $day }.
rehearsal-ends = Sääntö päättyy.
rehearsal-result = Mitä muutos olisi tehnyt
rehearsal-all = { $count ->
    [one] Kokeiltiin { $shown } yhteydenotolla.
   *[other] Kokeiltiin { $shown } yhteydenotolla.
}
rehearsal-elsewhere = { $count ->
    [0] Kaikki olisivat menneet samaan jonoon.
    [one] { $shown } olisi mennyt muualle.
   *[other] { $shown } olisi mennyt muualle.
}
rehearsal-was = Meni
rehearsal-would = Olisi mennyt
rehearsal-count = Yhteydenottoja
rehearsal-order = Voimassa olevat säännöt
rehearsal-order-what = Kahdesta säännöstä ratkaisee se, jonka numero on pienempi. Muu järjestys ei vaikuta.
queues-how = Jonon tilanne
queues-used-half = { $count ->
    [one] { $shown } on käyttänyt yli puolet ajastaan.
   *[other] { $shown } on käyttänyt yli puolet ajastaan.
}
queues-used-most = { $count ->
    [one] { $shown } on käyttänyt yli kolme neljäsosaa ajastaan.
   *[other] { $shown } on käyttänyt yli kolme neljäsosaa ajastaan.
}
