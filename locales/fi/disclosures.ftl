kind-disclosure = Lupa nähdä toisen rekisterin tietoja
kind-appointment = Ajanvaraus
register-matter-health = Terveydenhuollon asia
register-matter-social = Sosiaalihuollon asia
disclosures-closed = Toisen rekisterin asia
disclosures-ways = Näin tiedot voi avata
disclosures-link-health = Asiakkaan terveydenhuollon asiat
disclosures-link-social = Asiakkaan sosiaalihuollon asiat
disclosures-title-health = Asiakkaan terveydenhuollon asiat
disclosures-title-social = Asiakkaan sosiaalihuollon asiat
disclosures-what-health = Terveydenhuollolla ja sosiaalihuollolla on kummallakin oma rekisteri. Näet terveydenhuollon asiat vain, jos asiakas antaa luvan tai laissa on siihen peruste.
disclosures-what-social = Terveydenhuollolla ja sosiaalihuollolla on kummallakin oma rekisteri. Näet sosiaalihuollon asiat vain, jos asiakas antaa luvan tai laissa on siihen peruste.
disclosures-back = Takaisin asiaan
disclosures-open-until = Avoinna { $time } asti: { $ground }
disclosures-by-consent = asiakas on antanut luvan
disclosures-nobody = Asiakasta ei tunneta, joten lupaa ei voi pyytää eikä tietoja hakea.
disclosures-consent = Asiakkaan lupa
disclosures-consent-what = Pyyntö näkyy asiakkaan omilla sivuilla. Lupa koskee kaikkia yksikössäsi työskenteleviä, ja asiakas päättää, mihin päivään asti se on voimassa. Kieltäytyminen ei vaikuta asiakkaan palveluihin.
disclosures-ask = Pyydä lupa asiakkaalta
disclosures-asked = Lupa on pyydetty. Asiakas ei ole vielä vastannut.
disclosures-law = Lain peruste
disclosures-law-what = Jos lupaa ei voi odottaa, valitse peruste. Se avaa tiedot vain sinulle. Asiakas näkee omilta sivuiltaan, kuka katsoi ja millä perusteella.
disclosures-ground = Millä perusteella tiedot avataan?
disclosures-hours = { $count ->
    [one] Avaa tiedot tunniksi.
   *[other] Avaa tiedot { $shown } tunniksi.
 }
disclosures-why = Miksi peruste täyttyy nyt?
disclosures-why-hint = Kirjoita lyhyesti. Teksti säilytetään lukittuna selvityksiä varten.
disclosures-name = Avaa tiedot tällä perusteella
disclosures-wrong-ground = Valitse peruste.
disclosures-wrong-why = Kirjoita, miksi peruste täyttyy.
disclosures-did-ask = Lupa on pyydetty asiakkaalta.
disclosures-did-name = Tiedot on avattu sinulle. Katselusta jää merkintä.
disclosures-matters = Avoimet asiat
disclosures-no-matters = Avoimia asioita ei ole.
