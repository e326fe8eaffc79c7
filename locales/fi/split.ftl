split-title = Anna osa asiasta muille
split-effect = Osa menee omaan jonoonsa ja saa oman käsittelijän ja määräajan. Muu pysyy sinulla. Asiakas näkee kaikki osat yhdellä sivulla ja kirjoittaa niistä yhdessä paikassa.
split-said = Asiakas on kirjoittanut
split-to = Minne osa menee?
split-text = Mitä osa koskee?
split-text-hint = Kirjoita vain se, mitä vastaanottaja tarvitsee. Hän ei näe muuta, ja asiakas näkee tekstin.
split-send = Anna osa
split-parts = Osat
split-part = Osa isommasta asiasta
split-part-of = Muut osat hoitavat toiset.
split-elsewhere = Osa, jota hoidetaan muualla
split-open = Kesken
split-over = Valmis
split-wrong-text = Kirjoita, mitä osa koskee.
split-wrong-holder = Vain se, jolla asia on, voi antaa siitä osan. Tekstisi on tallessa.
event-split = Annettiin osa muille
event-split-to = Annettiin osa:
event-taken-back = Osa otettiin takaisin
did-split = Osa on annettu. Oma osasi on yhä sinulla: merkitse se valmiiksi, kun olet hoitanut sen.
shown-split = Osa asiastasi siirtyi myös muille
parts-about = Mitä viestisi koskee?
parts-unsure = En tiedä
parts-count = { $count ->
    [one] Asiassasi on { $shown } osa. Kirjoitat siitä tässä.
   *[other] Asiassasi on { $shown } osaa. Kirjoitat niistä kaikista tässä.
}
