section-health = Status
health-lead = { $count ->
    [0] Allt fungerar.
    [one] En sak fungerar inte.
   *[other] { $shown } saker fungerar inte.
 }
health-well = Fungerar
health-broken = Fungerar inte
health-since = sedan { $time }
health-who = Åtgärdas av:
health-who-operator = den som sköter servern
health-who-admin = administratören, i inställningarna
health-who-analyst = den som importerar data
health-who-content = innehållets ägare
health-log = Händelseloggen
health-accesses = Loggen över visningar
health-disk = Disken
health-not-written = går inte att skriva till
health-facts = Data för mätarna
health-facts-wrong = { $count ->
    [one] en händelse väntar
   *[other] { $shown } händelser väntar
 }
health-clocks = Tidsfrister
health-clocks-wrong = { $count ->
    [one] en tidsfrist har löpt ut utan att något hände
   *[other] { $shown } tidsfrister har löpt ut utan att något hände
 }
health-ports = Anslutningar
health-ports-wrong = { $count ->
    [one] en saknar inställningar
   *[other] { $shown } saknar inställningar
 }
health-messages = Utgående meddelanden
health-messages-wrong = ett meddelande har väntat över natten
health-imports = Importer
health-imports-wrong = { $count ->
    [one] i den senaste importen till en tabell avvisades rader, eller så blev den på hälft
   *[other] i den senaste importen till { $shown } tabeller avvisades rader, eller så blev den på hälft
 }
health-imports-away = importerna går inte att läsa
health-content = Innehåll
health-content-wrong = { $count ->
    [one] ett fel
   *[other] { $shown } fel
 }
health-content-what = Dessa delar är utelämnade tills de rättas. Det övriga innehållet används.
section-units = Enheter
units-lead = Enheterna som de är i dag, deras personal och köer med register.
units-change = Den som sköter servern ändrar enheter med kommandot luotsi unit, eller så kommer de genom import.
units-staff = { $count ->
    [one] en yrkesperson
   *[other] { $shown } yrkespersoner
 }
