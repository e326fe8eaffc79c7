section-health = Tila
health-lead = { $count ->
    [0] Kaikki toimii.
    [one] Yksi kohta ei toimi.
   *[other] { $shown } kohtaa ei toimi.
 }
health-well = Toimii
health-broken = Ei toimi
health-since = { $time } alkaen
health-who = Korjaa:
health-who-operator = palvelimen ylläpito
health-who-admin = pääkäyttäjä, asetuksista
health-who-analyst = tietojen tuoja
health-who-content = sisällön omistaja
health-log = Tapahtumaloki
health-accesses = Katselujen loki
health-disk = Levy
health-not-written = siihen ei voi kirjoittaa
health-facts = Tiedot mittareille
health-facts-wrong = { $count ->
    [one] yksi tapahtuma odottaa
   *[other] { $shown } tapahtumaa odottaa
 }
health-clocks = Määräajat
health-clocks-wrong = { $count ->
    [one] yksi määräaika on lauennut, eikä siitä ole seurannut mitään
   *[other] { $shown } määräaikaa on lauennut, eikä niistä ole seurannut mitään
 }
health-ports = Liitännät
health-ports-wrong = { $count ->
    [one] yhdestä puuttuu asetuksia
   *[other] { $shown } liitännästä puuttuu asetuksia
 }
health-messages = Lähtevät viestit
health-messages-wrong = viesti on odottanut yli yön
health-imports = Tuonnit
health-imports-wrong = { $count ->
    [one] yhden taulun viime tuonnista hylättiin rivejä tai se jäi kesken
   *[other] { $shown } taulun viime tuonnista hylättiin rivejä tai se jäi kesken
 }
health-imports-away = tuonteja ei voi lukea
health-content = Sisällöt
health-content-wrong = { $count ->
    [one] yksi vika
   *[other] { $shown } vikaa
 }
health-content-what = Nämä osat on jätetty pois, kunnes ne korjataan. Muu sisältö on käytössä.
section-units = Yksiköt
units-lead = Yksiköt sellaisina kuin ne ovat tänään, niiden henkilöstö ja jonot rekistereineen.
units-change = Palvelimen ylläpito muuttaa yksiköitä komennolla luotsi unit, tai ne tulevat tuonnista.
units-staff = { $count ->
    [one] yksi ammattilainen
   *[other] { $shown } ammattilaista
 }
