queues-to-list = Köns ärenden
queues-today = I dag
queues-already = { $count ->
    [one] { $shown } ärende är redan försenat.
   *[other] { $shown } ärenden är redan försenade.
}
queues-will-be-late = { $count ->
    [one] I den här takten är { $shown } ärende försenat
   *[other] I den här takten är { $shown } ärenden försenade
}
queues-at = kl. { $clock }.
queues-averts = Det som hindrar det
queues-hands = { $count ->
    [0] De redan försenade hinner skötas om ingen går.
    [one] { $shown } yrkesperson till nu.
   *[other] { $shown } yrkespersoner till nu.
}
queues-hands-none = Mer personal räcker inte längre i dag. Berätta för dem som väntar när svaret kommer.
queues-overflow = Överför { $count } ärenden till kön { $queue }.
queues-move = Överför ärenden
queues-in-time = I den här takten får alla svar i tid.
queues-pace = Takten är { $pace } svar i timmen. Arbetsdagen slutar kl. { $clock }.
queues-no-pace = Ingen har ännu svarat i kön. Prognosen kommer när de första svaren har getts.
queues-over = Ingen arbetar i kön just nu.
queues-law-stays = Rusning flyttar inga lagstadgade tidsfrister och stänger inga kanaler.
queues-longest = Den som väntat längst har väntat { $time }.
queues-late = { $count ->
    [one] { $shown } är försenat.
   *[other] { $shown } är försenade.
}
queues-late-transfers = Försenade överföringar
queues-accept = Ett överfört ärende tas emot inom { $hours } timmar då kön är bemannad.
queues-no-late-transfers = Ingen överföring är försenad.
queues-people = Vilka som arbetar
queues-nobody = Ingen arbetar i dag.
queues-clocks = Tidsfrister
queues-rules = Styrregler
queues-no-rules = Ingen regel styr till den här kön. Ärendena kommer enligt tjänsten.
queues-change = Styrregler och ändringar
queues-version = version { $version }
queues-elements = I bruk
queues-says = Det som invånaren får veta
queues-relief = Hjälper vid rusning
queues-open = Öppet till kl. { $clock }.
queues-closed = Stängt nu. Öppnar { $at }. Meddelanden kan skickas när som helst.
queues-never = Kön har inga öppettider. Meddelanden kan skickas när som helst.
queues-hours = Öppettider
queues-staffed = Bemannat
queues-shut = stängt
queues-holidays = helgdagar
queues-time = { $hour }.{ $minute }
rehearsal-back = Tillbaka till kön
rehearsal-title = Styrregler och ändringar
rehearsal-lead = En kommande ändring prövas på de senaste 90 dagarnas kontakter innan den träder i kraft. Provet ser bara koder: tjänst, språk, ålder och ort. Inga meddelanden läses.
rehearsal-none = Inga ändringar i reglerna är på kommande.
rehearsal-from = I kraft { $day }.
rehearsal-ends = Regeln upphör.
rehearsal-result = Vad ändringen hade gjort
rehearsal-all = { $count ->
    [one] Prövad på { $shown } kontakt.
   *[other] Prövad på { $shown } kontakter.
}
rehearsal-elsewhere = { $count ->
    [0] Alla hade gått till samma kö.
    [one] { $shown } hade gått till en annan kö.
   *[other] { $shown } hade gått till en annan kö.
}
rehearsal-was = Gick till
rehearsal-would = Hade gått till
rehearsal-count = Kontakter
rehearsal-order = Gällande regler
rehearsal-order-what = Av två regler avgör den med lägre nummer. Annan ordning inverkar inte.
queues-how = Läget i kön
queues-used-half = { $count ->
    [one] { $shown } har använt över hälften av sin tid.
   *[other] { $shown } har använt över hälften av sin tid.
}
queues-used-most = { $count ->
    [one] { $shown } har använt över tre fjärdedelar av sin tid.
   *[other] { $shown } har använt över tre fjärdedelar av sin tid.
}
