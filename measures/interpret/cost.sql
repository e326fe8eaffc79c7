--- part_of = "volume.interpretings"
--- better = "lower"
--- published = ["modality"]
---
--- [interpret.unit_cost]
--- id = "interpret.unit_cost"
--- kind = "mean"
--- unit = "euros"
--- value = "euros"
--- population = "held_or_paid"
--- name = { fi = "Tulkkauksen hinta", sv = "Tolkningens pris", en = "Cost of an interpreting" }
--- source = "Final report of Western Uusimaa county's programme 2025: interpreting by AI costs clearly less than by a person; the source gives no value"
--- [interpret.unit_cost.about]
--- fi = "Euroja tulkkausta kohti, keskimäärin, myös tulkkaustavoittain. Tilattu ja käyttämättä jäänyt tulkkaus on mukana, sillä siitäkin maksetaan; ajoissa peruttu ei ole."
--- sv = "Euro per tolkning, i medeltal, även enligt tolkningssätt. En beställd tolkning som inte användes är med, för också den kostar; en som avbokades i tid är inte med."
--- en = "Euros for an interpreting, on average, by mode too. One that was ordered and not used is counted, for it is paid as well; one called off in time is not."
---
--- [interpret.fallbacks]
--- id = "interpret.fallbacks"
--- kind = "share"
--- unit = "share"
--- hit = "fell_back"
--- population = "by_machine"
--- name = { fi = "Tekoälytulkkaukset, joita jatkoi ihminen", sv = "AI-tolkningar som en människa fortsatte", en = "AI interpretings that a person went on with" }
--- source = "Real-time interpreting by AI, Western Uusimaa county's programme 2025: a person comes in where it does not do; the source gives no value"
--- [interpret.fallbacks.about]
--- fi = "Osuus tekoälytulkkauksista, joiden tilalle kutsuttiin ihminen."
--- sv = "Andel AI-tolkningar där en människa kallades in i stället."
--- en = "Share of interpretings by AI in whose place a person was called in."
---
--- [interpret.unused_orders]
--- id = "interpret.unused_orders"
--- kind = "share"
--- unit = "share"
--- hit = "unused"
--- population = "ordered"
--- name = { fi = "Käyttämättä jääneet tilaukset", sv = "Oanvända beställningar", en = "Unused orders" }
--- source = "Final report of Western Uusimaa county's programme 2025: fewer orders of interpreters stay unused; the source gives no value"
--- [interpret.unused_orders.about]
--- fi = "Osuus tilatuista tulkkauksista, jotka jäivät käyttämättä. Ajoissa peruttu tilaus ei ole mukana."
--- sv = "Andel beställda tolkningar som inte användes. En beställning som avbokades i tid är inte med."
--- en = "Share of ordered interpretings that were not used. An order called off in time is not counted."
SELECT
  interpreting_id AS case_id,
  resident_id,
  unit_id,
  mode AS modality,
  started_at AS at,
  CAST(cost_cents AS DOUBLE) / 100 AS euros,
  coalesce(cancelled_at >= started_at, true) AS held_or_paid,
  ordered_at IS NOT NULL AND coalesce(cancelled_at >= started_at, true) AS ordered,
  NOT used AS unused,
  mode = 'ai' AS by_machine,
  fallback IS NOT NULL AS fell_back
FROM interpretings
WHERE started_at >= $from
  AND started_at < $to
