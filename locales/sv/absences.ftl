kind-contact = Kontakt
absences-title = Frånvaro och ersättare
absences-none = Ingen på enheten är frånvarande, och ingen kommande frånvaro har antecknats.
absences-now = Frånvarande nu
absences-by = Ersättare: { $deputy }.
absences-enter = Anteckna frånvaro
absences-effect = Under frånvaron syns alla öppna ärenden också på ersättarens lista, och ersättaren kan sköta dem. Ärendena står kvar på den frånvarandes namn och återgår när hen är tillbaka.
absences-who = Vem är borta?
absences-from = Första dagen
absences-until = Sista dagen
absences-deputy = Ersättare
absences-returning = Om en klient öppnar ett avslutat ärende på nytt
absences-returning-deputy = Ärendet kommer till ersättaren
absences-returning-queue = Ärendet kommer till kön
absences-save = Spara frånvaron
absences-end = Frånvaron har upphört
absences-cancel = Ta bort frånvaron
absences-standing-in = du är ersättare
absences-did-away = Frånvaron har sparats.
absences-did-back = Frånvaron har avslutats.
absences-wrong-who = Välj vem som är borta.
absences-wrong-days = Välj dagarna: den sista dagen kan inte vara före den första eller redan förbi. Frånvaron varar högst ett år.
absences-wrong-deputy = Välj en ersättare på enheten.
absences-wrong-deputy-away = Ersättaren är själv borta då. Välj någon annan.
absences-wrong-overlaps = Frånvaro har redan antecknats för de här dagarna.
absences-wrong-returning = Välj vart ett ärende som öppnas på nytt kommer.
absences-wrong-over = Den här frånvaron finns inte längre.
moves-title = Överför flera ärenden
moves-lead = Välj ärendena och vem de överförs till. På nästa sida ser du ännu hur många du överför.
moves-rows = Ärenden som överförs
moves-to = Till vem?
moves-to-queue = Enhetens kö
moves-check = Granska överföringen
moves-each = Varje överföring antecknas bland ärendets händelser. Om något inte kan överföras ser du den raden för sig.
moves-back = Välj på nytt
moves-refused-gone = hör inte längre till enheten
moves-refused-moved = läget har ändrats: ärendet är klart, eller ingen har det
moves-refused-later = lyckades inte just nu, försök igen
moves-wrong-rows = Välj minst ett ärende.
moves-wrong-to = Välj vem ärendena överförs till.
moves-go = { $count ->
    [one] Överför { $shown } ärende
   *[other] Överför { $shown } ärenden
}
moves-done = { $count ->
    [one] { $shown } ärende har överförts
   *[other] { $shown } ärenden har överförts
}
moves-refused = { $count ->
    [one] { $shown } ärende kunde inte överföras
   *[other] { $shown } ärenden kunde inte överföras
}
