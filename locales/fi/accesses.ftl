section-accesses = Katselut
accesses-lead = Kuka on katsonut mitä. Omasta katselustasi jää myös merkintä.
accesses-grounds = Avattu lain perusteella
accesses-no-grounds = Kukaan ei ole avannut toisen rekisterin tietoja lain perusteella 90 päivään.
accesses-of-health = terveydenhuollon tiedot
accesses-of-social = sosiaalihuollon tiedot
accesses-until = { $time } asti
accesses-extract = Ote asukkaalle
accesses-person = Asukkaan tunnus
accesses-person-hint = Tunnus, jolla järjestelmä tuntee asukkaan. Ei nimi eikä henkilötunnus.
accesses-wrong-person = Kirjoita asukkaan tunnus.
accesses-show = Näytä katselut
accesses-file = Lataa tiedostona (CSV)
accesses-count = { $count ->
    [0] Ei katseluja
    [one] Yksi katselu
   *[other] { $shown } katselua
 }
accesses-when = Aika
accesses-who = Kuka
accesses-role = Rooli
accesses-what = Mitä
accesses-matter = Asia
accesses-why = Miksi
accesses-what-read = Katsoi
accesses-what-written = Kirjoitti
accesses-what-handled = Käsitteli
accesses-what-assigned = Antoi käsittelijälle
accesses-what-met = Avasi videohuoneen
accesses-what-refused = Yritti, ei päässyt
section-retention = Säilytys ja poisto
retention-lead = Kuinka kauan lukittuja tekstejä säilytetään ja minkä säännön mukaan.
retention-what = Mitä
retention-kept = Säilytetään
retention-source = Peruste
retention-unchecked = Lähdettä ei ole tarkistettu, joten sen perusteella ei poisteta mitään.
retention-undecided = Ei päätetty: mitään ei poisteta.
retention-erased = Poistetut henkilöt
retention-how = Henkilön tiedot poistaa palvelimen ylläpito komennolla luotsi erase. Poisto tuhoaa avaimet, eikä sitä voi perua.
retention-none = Kenenkään tietoja ei ole poistettu.
retention-keys = { $count ->
    [one] yksi avain tuhottu
   *[other] { $shown } avainta tuhottu
 }
