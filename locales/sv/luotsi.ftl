## frame
skip = Hoppa till innehållet
languages = Språk
sections = Avdelningar
section-home = Startsida
section-steer = Mätare
notice-label = Meddelande
notice-synthetic = Invånarna och händelserna i detta välfärdsområde är påhittade.
footer = Luotsi är en tjänsteplattform med öppen källkod för välfärdsområden. Licens EUPL-1.2.
back-home = Tillbaka till startsidan

## sign-in
sign-in = Logga in
sign-out = Logga ut
sign-in-title = Inloggning
sign-in-demo = Det här är ett demoområde. Välj den roll i vilken du vill se Luotsi. Inget lösenord behövs.
sign-in-later = Identifieringen har inte tagits i bruk på den här servern. Demon startas med kommandot luotsi demo.
role-resident = Invånare
role-nurse = Skötare
role-physician = Läkare
role-lead = Teamledare
role-manager = Chef
role-evaluator = Utvärderare
role-analyst = Analytiker
role-privacy = Dataskyddsombud
role-admin = Huvudanvändare
role-editor = Redaktör
role-fees = Arvodesansvarig
role-resident-about = Tar kontakt och sköter sina egna ärenden.
role-nurse-about = Svarar på kontakter och bedömer vårdbehovet.
role-physician-about = Vårdar patienter och ser enhetens mätare.
role-lead-about = Följer köer och teamets mätare, ser fallen bakom siffrorna.
role-manager-about = Leder tjänster utifrån det som mätts, ser fallen bakom siffrorna.
role-evaluator-about = Utvärderar vad förändringarna ledde till.
role-analyst-about = Definierar mätare och för data till andra verktyg.
role-privacy-about = Övervakar vem som har sett vad.
role-admin-about = Upprätthåller enheter, personer och rättigheter.
role-editor-about = Skriver tjänster, anvisningar och blanketter.
role-fees-about = Betalar arvoden enligt avtal och mätt kvalitet.

## home
home-title = Tjänster vars effekt mäts
home-lead = Luotsi för kontakten till hjälp och hjälpen till resultat: ärendet kommer fram, hjälpen går ut, effekten mäts och tjänsterna styrs efter den.
home-steer = Varje enhets mätare med styrdiagram, definitioner och siffror.
home-sign-in = Välj en roll och se på demoområdet.
home-own-title = Egna data
home-own = Importera tabeller med luotsi import och räkna mätare med luotsi measure run.
home-how-title = Så blir en siffra till
home-how-1 = Det som hände antecknas en gång: kontakt, bedömning, besök, respons.
home-how-2 = En mätare är en fråga om fall. Definitionen syns bredvid siffran.
home-how-3 = Styrdiagrammet skiljer en förändring från slumpmässig variation.
home-how-4 = Siffror för färre än fem personer döljs, även mot subtraktion.
missing-title = Sidan finns inte
missing-lead = Sidan finns inte eller är inte öppen för dig. Härifrån kommer du vidare:

## steer
unit-tree = Enheter
view-list = Visa som lista
view-matrix = Visa som matris
owner = Ägare
source = Källa
measure = Mätare
latest = Senaste
target = Mål
variation = Variation
assurance = Måluppfyllelse
course = Förlopp
no-target = Inget mål
too-few-points = För få perioder
variation-common = Slumpmässig
variation-improvement-high = Förbättras, stiger
variation-improvement-low = Förbättras, sjunker
variation-concern-high = Försämras, stiger
variation-concern-low = Försämras, sjunker
variation-neutral-high = Förändras, stiger
variation-neutral-low = Förändras, sjunker
assurance-meets = Uppnås
assurance-hit-or-miss = Varierar
assurance-misses = Uppnås inte
matrix-concern = Oro
matrix-common = Ingen förändring
matrix-improvement = Förbättras
legend-title = Vad märkena betyder
legend-variation = Variationen visar om den senaste perioden avviker från det vanliga: triangel är försämring, romb förbättring, prick slumpmässig.
legend-assurance = Måluppfyllelsen visar om målet nås om inget ändras: P nås, F nås inte, ? varierar.
legend-hidden = Dolt betyder att det finns färre än fem personer bakom siffran eller att den skulle avslöja sådana.
hidden = Dolt på grund av få personer
hidden-short = Dolt
no-cases = Inga fall
window-before-data = Uppgifterna börjar senare

## measure
back-to-scorecard = Tillbaka till mätarna: { $unit }
back-to-measure = Tillbaka till mätaren: { $measure }
unit = Enhet
chart = Diagram
show = Visa
chart-xmr = Styrdiagram (XmR)
chart-p = Andelsdiagram (p)
chart-pp = Andelsdiagram, stora antal (p′)
chart-c = Antalsdiagram (c)
chart-run = Sekvensdiagram
chart-upper = Övre gräns
chart-centre = Mittlinje
chart-lower = Nedre gräns
chart-target = Mål
sentence-latest = { $period }: { $value }.
sentence-common = Det senaste värdet är vanlig variation.
sentence-too-few = Perioderna är för få för att skilja en förändring från slumpen.
sentence-improvement-high = Värdena förbättras uppåt ({ $rule }) sedan { $since }.
sentence-improvement-low = Värdena förbättras nedåt ({ $rule }) sedan { $since }.
sentence-concern-high = Värdena försämras uppåt ({ $rule }) sedan { $since }.
sentence-concern-low = Värdena försämras nedåt ({ $rule }) sedan { $since }.
sentence-neutral-high = Värdena förändras uppåt ({ $rule }) sedan { $since }.
sentence-neutral-low = Värdena förändras nedåt ({ $rule }) sedan { $since }.
sentence-limits = Vanligtvis är värdet { $lower } – { $upper }, i medeltal { $centre }.
sentence-meets = Målet { $target } nås om inget ändras.
sentence-hit-or-miss = Målet { $target } nås ibland och ibland inte.
sentence-misses = Målet { $target } nås inte utan förändring.
rule-outside = utanför gränsen
rule-trend = sju i följd åt samma håll
rule-two_of_three = två av tre nära gränsen
rule-shift = sju i följd på samma sida
rule-crossings = mittlinjen korsas sällan
caption-rules = Gränser: medelvärde ± 2,66 × medelvärdet av glidande variationsvidder; regler enligt Making Data Count. Triangel försämring, romb förbättring, prick slump.
caption-trial = Gränserna är preliminära eftersom värdena är färre än 13.
interval = 95 %-intervall
cases-count = Fall
coverage = Täckning
as-of = Läge
decisions = Beslut
decision-target = Mål från { $period }: { $why } ({ $who }, { $on })
decision-rebase = Gränserna räknas om från { $period }: { $why } ({ $who }, { $on })
table = Tabell
csv = Ladda ner tabellen (CSV)
period = Period
value = Värde
signal = Signal
cases = Fall
open = Öppna
cases-closed = Fallen öppnas när varje visning loggas.
cases-failed = Fallen kunde inte hämtas. Försök igen om en stund.
definition = Definition
direction = Riktning
better-higher = Högre är bättre
better-lower = Lägre är bättre
better-neither = Varken bra eller dålig riktning
kind = Slag
kind-count = Antal
kind-persons = Personer
kind-stock = Antal vid periodens slut
kind-share = Andel
kind-mean = Medelvärde
kind-median = Median
kind-ratio = Kvot
kind-nps = Rekommendationstal
kind-classes = Fördelning
identifier = Identifierare
query = Fråga
query-about = Frågan ger en rad för varje fall. Gruppering, intervall och döljande är lika för alla mätare.
unit-days-short = d
unit-minutes-short = min

## numbers
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
by-class = Enligt klass, { $period }
dimension-channel = Kontaktsätt
dimension-profession = Yrke
dimension-service = Tjänst
dimension-modality = Sätt
dimension-class = Klass
value-unknown = Okänt
