sms-channel = Tekstiviesti
sms-no-calls = Takaisinsoittoa ei tarjota
sms-what = Asiakas kirjoitti tekstiviestillä: hän ei ehkä kuule tai voi puhua puhelimessa. Vastauksesi lähtee tekstiviestinä samaan numeroon, ja muut voivat nähdä sen. Älä kirjoita henkilötunnusta, nimeä tai muuta, mistä asiakkaan tunnistaa.
sms-stopped = Asiakas on pyytänyt, ettei hänelle lähetetä viestejä. Voit vastata taas, kun hän kirjoittaa uudelleen.
sms-parts = { $count ->
    [one] { $shown } tekstiviesti
   *[other] { $shown } tekstiviestiä
}
sms-length = Pituus: { $places } merkkiä, { $parts }
sms-wide = Viestissä on merkki, jonka takia yhteen tekstiviestiin mahtuu vain 70 merkkiä. Tällainen on esimerkiksi hymiö.
sms-most = Yhteen tekstiviestiin mahtuu 160 merkkiä. Vastauksessa voi olla enintään { $most } tekstiviestiä.
sms-send = Lähetä tekstiviesti
sms-event-stopped = Asiakas pyysi, ettei viestejä lähetetä
wrong-sms-parts = Vastauksesi lähtee useana tekstiviestinä. Tarkista pituus ja lyhennä vastausta tai lähetä se näin.
wrong-sms-long = Vastaus on liian pitkä tekstiviestiksi. Lyhennä sitä.
wrong-sms-code = Vastauksessa on henkilötunnus. Poista se, sillä muut voivat nähdä viestin.
wrong-sms-stopped = Asiakas on pyytänyt, ettei hänelle lähetetä viestejä. Vastausta ei lähetetty.
wrong-sms-calls = Tekstiviestillä asioivalle ei tarjota takaisinsoittoa. Vastaa hänelle tekstiviestillä.
wrong-sms-files = Tekstiviestiin ei voi liittää tiedostoa.
