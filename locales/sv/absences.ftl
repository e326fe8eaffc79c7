kind-contact = Kontakt
absences-title = Frånvaro och ersättare
absences-none = Ingen på enheten är frånvarande, och ingen kommande frånvaro har antecknats.
absences-now = Frånvarande nu
absences-by = Ersättare: { $deputy }.
absences-enter = Anteckna frånvaro
absences-effect = Under frånvaron syns alla öppna ärenden bland ersättarens egna, och ersättaren kan sköta dem. Ärendena står kvar på den frånvarandes namn och återgår till honom eller henne efteråt.
absences-who = Vem är borta?
absences-from = Första dagen
absences-until = Sista dagen
absences-deputy = Ersättare
absences-returning = Om en klient öppnar ett avslutat ärende på nytt
absences-returning-deputy = Ärendet kommer till ersättaren
absences-returning-queue = Ärendet kommer till kön
absences-save = Spara frånvaron
absences-end = Frånvaron har upphört
absences-cancel = Återta frånvaron
absences-standing-in = du är ersättare
absences-did-away = Frånvaron har sparats.
absences-did-back = Frånvaron har avslutats.
absences-wrong-who = Välj vem som är borta.
absences-wrong-days = Välj dagarna: den sista är inte före den första och inte förbi, och frånvaron varar högst ett år.
absences-wrong-deputy = Välj en ersättare på enheten.
absences-wrong-deputy-away = Ersättaren är själv borta då. Välj någon annan.
absences-wrong-overlaps = Frånvaro har redan antecknats för de här dagarna.
absences-wrong-returning = Välj vart ett ärende kommer som öppnas på nytt.
absences-wrong-over = Den här frånvaron finns inte längre.
moves-title = Flytta flera ärenden
moves-lead = Välj ärendena och vem de flyttas till. På nästa sida ser du ännu hur många du flyttar.
moves-rows = Ärenden som flyttas
moves-to = Till vem?
moves-to-queue = Enhetens kö
moves-check = Granska flytten
moves-each = Varje flytt antecknas bland ärendets händelser. Om något inte kan flyttas ser du den raden för sig.
moves-back = Välj på nytt
moves-refused-gone = hör inte längre till enheten
moves-refused-moved = läget har ändrats: ärendet är klart, eller ingen har det
moves-refused-later = lyckades inte just nu, försök igen
moves-wrong-rows = Välj minst ett ärende.
moves-wrong-to = Välj vem ärendena flyttas till.
moves-go = { $count ->
    [one] Flytta { $shown } ärende
   *[other] Flytta { $shown } ärenden
}
moves-done = { $count ->
    [one] { $shown } ärende har flyttats
   *[other] { $shown } ärenden har flyttats
}
moves-refused = { $count ->
    [one] { $shown } ärende kunde inte flyttas
   *[other] { $shown } ärenden kunde inte flyttas
}
