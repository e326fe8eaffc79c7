--- id = "volume.encounters"
--- kind = "count"
--- unit = "encounters"
--- better = "neither"
--- published = ["profession"]
--- name = { fi = "Toteutuneet asioinnit", sv = "Genomförda besök", en = "Encounters" }
--- source = "The county's own definition: encounters done"
--- about = { fi = "Toteutuneet käynnit ja etäasioinnit.", sv = "Genomförda besök och distanskontakter.", en = "Visits and remote encounters done." }
SELECT
  encounter_id AS case_id,
  resident_id,
  unit_id,
  service,
  profession,
  modality,
  started_at AS at
FROM encounters
WHERE status = 'done'
  AND started_at >= $from
  AND started_at < $to
