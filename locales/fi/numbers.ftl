signals-count = { $count ->
    [one] { $shown } merkki
   *[other] { $shown } merkkiä
}
caption-screened = { $count ->
    [one] Rajoista on jätetty pois { $shown } poikkeava vaihteluväli.
   *[other] Rajoista on jätetty pois { $shown } poikkeavaa vaihteluväliä.
}
cases-found = { $count ->
    [one] { $shown } tapaus
   *[other] { $shown } tapausta
}
cases-first = { $count ->
    [one] Näytetään ensimmäinen.
   *[other] Näytetään { $shown } ensimmäistä.
}
by-channel = Jakautuminen yhteydenottotavan mukaan, { $period }
by-profession = Jakautuminen ammatin mukaan, { $period }
by-service = Jakautuminen palvelun mukaan, { $period }
by-modality = Jakautuminen tavan mukaan, { $period }
by-instrument = Jakautuminen menetelmän mukaan, { $period }
by-risk_class = Jakautuminen riskiluokan mukaan, { $period }
by-class = Jakautuminen luokan mukaan, { $period }
by-quantile = Jakauman kvantiilit, { $period }
dimension-channel = Yhteydenottotapa
dimension-profession = Ammatti
dimension-service = Palvelu
dimension-modality = Tapa
dimension-instrument = Menetelmä
dimension-risk_class = Riskiluokka
dimension-class = Luokka
dimension-quantile = Kvantiili
instrument-guided-self-care = Ohjattu omahoito
instrument-anxiety-therapy = Ahdistuksen lyhytterapia
instrument-interpersonal-counselling = Interpersonaalinen ohjanta (IPC)
instrument-cool-kids = Cool Kids
instrument-other-methods = Muut menetelmät
instrument-senior-info = Seniori-infon ja kotihoidon koulutus
instrument-recording-experts = Kirjaamisen asiantuntijat
yes = Kyllä
no = Ei
column-case_id = Tapaus
column-at = Aika
column-unit_id = Yksikkö
column-resident_id = Asukas
column-channel = Kanava
column-service = Palvelu
column-profession = Ammattiryhmä
column-professional_id = Ammattilainen
column-place = Paikka
column-risk_class = Riskiluokka
column-instrument = Arviointiväline
column-modality = Tapa
column-until = Päättyi
column-hit = Täyttyy
column-value = Arvo
column-numerator = Osoittaja
column-denominator = Nimittäjä
column-score = Pisteet
column-class = Luokka
value-unknown = Ei tiedossa
