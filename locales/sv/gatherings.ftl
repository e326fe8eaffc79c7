kind-gathering = Gruppträff
gathering-title = Grupper och tider med platser
gathering-full = Fullt
gathering-full-title = Alla platser är bokade
gathering-seats = Platser
gathering-seat = Plats { $number }
gathering-taken = { $taken } av { $all } platser bokade
gathering-names = De andra deltagarna ser inte ditt namn.
gathering-book = Boka en plats
gathering-wait = Ställ dig i kö för en plats
gathering-wait-hint = När en plats blir ledig erbjuder vi den i köordning. Du kan ta emot den eller tacka nej.
gathering-waits = Du är nummer { $place } i kön. Vi meddelar när en plats blir ledig.
gathering-own-wish = Se din köplats
gathering-full-other = Välj en annan tid.
gathering-wrong-taken = Någon hann boka den sista platsen.
gathering-who = Vilka kommer
gathering-nobody = Ingen har bokat en plats ännu.
gathering-offered = Erbjuden till en i kön
gathering-came = Kom
gathering-missed = Kom inte
gathering-give-up = Avboka platsen
gathering-hold = Bekräfta att gruppen hålls
gathering-call-off = Gruppen hålls inte
gathering-call-off-now = Ställ in gruppen och alla platser
gathering-undecided = Avgörs { $time }: hålls om minst { $least } kommer
gathering-held = Hålls
gathering-begun = Markera vilka som kom
gathering-not-held = Hålls inte
gathering-closed = Över
gathering-did-marked = Markerat.
gathering-did-freed = Platsen är avbokad och ledig igen.
gathering-did-held = Gruppen hålls.
gathering-did-not-held = Gruppen är inställd, och deltagarna meddelas.
gathering-did-otherwise = Läget hade redan ändrats. Så här är det nu.
gathering-free = Lediga platser: { $free } av { $all }
gathering-waiting = { $count ->
    [0] Ingen står i kö.
    [one] En står i kö.
   *[other] { $shown } står i kö.
}
gathering-call-off-hint = { $count ->
    [0] Ingen har bokat en plats.
    [one] En bokning ställs in, och personen meddelas.
   *[other] { $shown } bokningar ställs in, och personerna meddelas.
}
gathering-more = Visa { $count } till
