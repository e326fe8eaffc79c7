needs-title = Väntar på vård
needs-client = Klient
needs-care = Vård
needs-by-day = Senast
needs-stands = Läge
needs-time = { $day } kl. { $clock }
needs-waiting = Väntar
needs-agreed = Avtalat { $time }
needs-met = { $count ->
    [one] Vården började på { $shown } dag
   *[other] Vården började på { $shown } dagar
}
needs-late = { $count ->
    [one] { $shown } dag försenat
   *[other] { $shown } dagar försenat
}
needs-excepted = Ingen tidsfrist
needs-over-no_longer_needed = Vård behövs inte längre
needs-over-declined = Klienten vill inte ha vård
needs-over-unreachable = Klienten nås inte
needs-over-moved = Klienten har flyttat
needs-over-bought = Klienten fick vård någon annanstans
needs-over-died = Klienten har avlidit
needs-establish = Konstatera vårdbehovet
needs-establish-now = Konstatera behovet
needs-effect = Tidsfristen börjar i dag. Klienten sätts upp på listan hos den enhet som ger vården och väntar där.
needs-which = Vilken vård behövs?
needs-by = { $clock }: senast { $day }
needs-age = Klientens ålder i år
needs-years = { $age } år
needs-to-contact = Tillbaka till kontakten
needs-found = Vårdbehov
needs-established = Behovet konstaterat
needs-age-then = Ålder då
needs-appointment = Öppna den avtalade tiden
needs-no-calendar = Tid till den här vården kan inte bokas här. När vården börjar ska du anteckna det här.
needs-elsewhere = Vården började på annat håll
needs-elsewhere-effect = Anteckna detta när vården har börjat utan en tid som bokats här. Vården räknas som börjad i dag.
needs-meet = Anteckna: vården började i dag
needs-exception = Undantag från garantin
needs-exception-effect = Klienten blir kvar på listan, men det finns ingen tidsfrist för när vården ska börja. Orsaken visas för sig i siffrorna.
needs-exception-why = Varför kan vården börja senare?
needs-except = Anteckna undantaget
needs-over = Behovet är över
needs-over-why = Varför inleds inte vården?
needs-withdraw = Avsluta väntan
needs-did-meet = Det är antecknat att vården har börjat.
needs-did-except = Undantaget är antecknat.
needs-did-withdraw = Väntan är avslutad.
needs-event-established = Behovet konstaterades
needs-event-agreed = En tid avtalades
needs-event-freed = Den avtalade tiden föll bort
needs-event-met = Vården började
needs-event-excepted = Undantaget antecknades
needs-event-withdrawn = Väntan avslutades
needs-event-closed = Lämnade listan
needs-ending = Garantin går ut inom en vecka
needs-none-ending = Ingens garanti går ut inom en vecka.
needs-wrong-care = Välj vilken vård som behövs.
needs-wrong-age = Skriv åldern i år med siffror.
needs-wrong-time = Välj en tid.
needs-wrong-why = Välj en orsak.
needs-wrong-over = Läget har ändrats: vården har redan börjat eller behovet är över. På den här sidan ser du läget nu.
kind-care_need = Vårdbehov
needs-more = { $count ->
    [one] { $shown } till väntar, alla syns i kön
   *[other] { $shown } till väntar, alla syns i kön
}
