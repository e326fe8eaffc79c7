section-accesses = Visningar
accesses-lead = Vem som har sett vad. Också din egen visning antecknas.
accesses-grounds = Öppnat med stöd av lag
accesses-no-grounds = Ingen har öppnat det andra registrets uppgifter med stöd av lag på 90 dagar.
accesses-of-health = uppgifter inom hälso- och sjukvården
accesses-of-social = uppgifter inom socialvården
accesses-until = till { $time }
accesses-extract = Utdrag för en invånare
accesses-person = Invånarens beteckning
accesses-person-hint = Beteckningen som systemet känner invånaren på. Inte namn eller personbeteckning.
accesses-wrong-person = Skriv invånarens beteckning.
accesses-show = Visa visningarna
accesses-file = Ladda ner som fil (CSV)
accesses-count = { $count ->
    [0] Inga visningar
    [one] En visning
   *[other] { $shown } visningar
 }
accesses-when = Tid
accesses-who = Vem
accesses-role = Roll
accesses-what = Vad
accesses-matter = Ärende
accesses-why = Varför
accesses-what-read = Läste
accesses-what-written = Skrev
accesses-what-handled = Behandlade
accesses-what-assigned = Gav till en handläggare
accesses-what-refused = Försökte, släpptes inte in
section-retention = Bevaring och radering
retention-lead = Hur länge låsta texter bevaras och enligt vilken regel.
retention-what = Vad
retention-kept = Bevaras
retention-source = Grund
retention-unchecked = Källan är inte kontrollerad, så inget raderas enligt den.
retention-undecided = Inte beslutat: inget raderas.
retention-erased = Raderade personer
retention-how = Den som sköter servern raderar en persons uppgifter med kommandot luotsi erase. Raderingen förstör nycklarna och kan inte ångras.
retention-none = Ingens uppgifter har raderats.
retention-keys = { $count ->
    [one] en nyckel förstörd
   *[other] { $shown } nycklar förstörda
 }
