--- kind = "share"
--- unit = "share"
--- published = ["profession"]
---
--- [access.same_day_share]
--- id = "access.same_day_share"
--- hit = "same_day"
--- part_of = "volume.encounters"
--- population = "took_place"
--- better = "higher"
--- name = { fi = "Hoitoon samana päivänä", sv = "Vård samma dag", en = "Care on the same day" }
--- source = "Final report of Western Uusimaa county's programme 2025, team model; the booking's local day against the visit's"
--- about = { fi = "Osuus varatuista käynneistä, jotka toteutuivat varauspäivänä. Peruutukset eivät ole mukana.", sv = "Andel bokade besök som genomfördes på bokningsdagen. Avbokningar är inte med.", en = "Share of booked visits that took place on the day of booking. Cancellations are left out." }
---
--- [access.no_show_share]
--- id = "access.no_show_share"
--- hit = "no_show"
--- part_of = "volume.encounters"
--- part = "misses"
--- population = "was_due"
--- better = "lower"
--- name = { fi = "Käyttämättä jätetyt ajat", sv = "Outnyttjade tider", en = "Missed appointments" }
--- source = "Avohilmo (THL), status 9: not attended, of visits that were due"
--- about = { fi = "Osuus varatuista käynneistä, joille asiakas ei tullut ja joita hän ei perunut.", sv = "Andel besök som skulle ha ägt rum men där klienten uteblev utan att avboka.", en = "Share of due visits to which the client did not come and did not cancel." }
---
--- [access.no_show_by_organisation]
--- id = "access.no_show_by_organisation"
--- hit = "organisation_failed"
--- population = "was_to_be_held"
--- better = "lower"
--- name = { fi = "Ajat, jotka peruimme kertomatta ajoissa", sv = "Tider som vi ställde in utan att meddela i tid", en = "Appointments that we cancelled without telling in time" }
--- source = "The county's own definition: visits that were due, cancelled by the organisation, of which the person was told after the start or not at all"
--- about = { fi = "Osuus käynneistä, jotka organisaatio perui niin, ettei asiakas saanut tietoa ennen alkua. Tavoite on nolla.", sv = "Andel besök som organisationen ställde in så att klienten inte fick veta det före början. Målet är noll.", en = "Share of visits that the organisation cancelled without the client knowing before the start. The target is zero." }
SELECT
  encounter_id AS case_id,
  resident_id,
  unit_id,
  service,
  profession,
  modality,
  started_at AS at,
  coalesce(status <> 'cancelled' AND status <> 'no_show', true) AS took_place,
  CASE WHEN status = 'done' THEN local_date(started_at) = local_date(booked_at) END AS same_day,
  coalesce(status <> 'cancelled', true) AS was_due,
  CASE WHEN status IN ('done', 'no_show') THEN status = 'no_show' END AS no_show,
  coalesce(status <> 'cancelled' OR cancelled_by <> 'resident', true) AS was_to_be_held,
  CASE
    WHEN status IN ('done', 'no_show') THEN false
    WHEN status = 'cancelled' AND cancelled_by = 'organisation' THEN notified_at IS NULL OR notified_at > started_at
  END AS organisation_failed
FROM encounters
WHERE booked_at IS NOT NULL
  AND started_at <= $as_of
  AND started_at >= $from
  AND started_at < $to
