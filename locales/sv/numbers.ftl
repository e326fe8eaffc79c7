signals-count = { $count ->
    [one] { $shown } signal
   *[other] { $shown } signaler
}
caption-screened = { $count ->
    [one] { $shown } avvikande variationsvidd har lämnats utanför gränserna.
   *[other] { $shown } avvikande variationsvidder har lämnats utanför gränserna.
}
cases-found = { $count ->
    [one] { $shown } fall
   *[other] { $shown } fall
}
cases-first = { $count ->
    [one] Det första visas.
   *[other] De { $shown } första visas.
}
by-channel = Enligt kontaktsätt, { $period }
by-profession = Enligt yrke, { $period }
by-service = Enligt tjänst, { $period }
by-modality = Enligt sätt, { $period }
by-instrument = Enligt metod, { $period }
by-risk_class = Enligt riskklass, { $period }
by-class = Enligt klass, { $period }
by-quantile = Fördelningens kvantiler, { $period }
dimension-channel = Kontaktsätt
dimension-profession = Yrke
dimension-service = Tjänst
dimension-modality = Sätt
dimension-instrument = Metod
dimension-risk_class = Riskklass
dimension-class = Klass
dimension-quantile = Kvantil
instrument-guided-self-care = Guidad egenvård
instrument-anxiety-therapy = Korttidsterapi vid ångest
instrument-interpersonal-counselling = Interpersonell vägledning (IPC)
instrument-cool-kids = Cool Kids
instrument-other-methods = Övriga metoder
instrument-senior-info = Utbildning för Senior-info och hemvården
instrument-recording-experts = Experter på dokumentation
yes = Ja
no = Nej
column-case_id = Fall
column-at = Tid
column-unit_id = Enhet
column-resident_id = Invånare
column-channel = Kanal
column-service = Tjänst
column-profession = Yrkesgrupp
column-professional_id = Yrkesperson
column-place = Plats
column-risk_class = Riskklass
column-instrument = Bedömningsinstrument
column-modality = Sätt
column-until = Slutade
column-hit = Uppfylls
column-value = Värde
column-numerator = Täljare
column-denominator = Nämnare
column-score = Poäng
column-class = Klass
value-unknown = Okänt
