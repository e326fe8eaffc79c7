clocks-why = Varför?
clocks-since = Gäller från { $day }.
clocks-source = Källa
clocks-unconfirmed = Regeln har ännu inte kontrollerats i ursprungskällan.
clocks-step-need_established = Behovet konstaterades { $day }. Den dagen räknas inte.
clocks-step-received = Kontakten kom { $day }.
clocks-step-under = Klienten var då { $age } år. Regeln gäller dem som är under { $limit } år.
clocks-step-from = Klienten var då { $age } år. Regeln gäller dem som har fyllt { $limit } år.
clocks-step-counts = Utanför tjänstetid: tiden räknas från { $day }.
clocks-step-days = { $count ->
    [0] Tidsfristen är samma dag.
    [one] Tiden är { $shown } dag.
   *[other] Tiden är { $shown } dagar.
}
clocks-step-months = { $count ->
    [one] Tiden är { $shown } månad.
   *[other] Tiden är { $shown } månader.
}
clocks-step-weekdays = { $count ->
    [0] Tidsfristen är samma vardag.
    [one] Tiden är { $shown } vardag.
   *[other] Tiden är { $shown } vardagar.
}
clocks-step-month = Månaden har ingen sådan dag, så den sista dagen är { $day }.
clocks-step-follows = Regeln ändrades { $day }, och ändringen gäller också tidsfrister som redan löper.
clocks-step-ends = Den sista dagen är { $day }.
clocks-step-asked = Frågan ställdes { $day }.
clocks-pause-waiting_client = Tiden löper inte medan vi väntar på klientens svar. Den börjar om när svaret kommer.
clocks-pause-closed_hours = Bara vardagar räknas.
