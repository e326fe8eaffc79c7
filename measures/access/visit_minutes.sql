--- id = "access.visit_minutes"
--- kind = "median"
--- part_of = "volume.encounters"
--- unit = "minutes"
--- better = "neither"
--- value = "minutes"
--- resolution = 0.1
--- published = ["modality"]
--- name = { fi = "Käynnin kesto, mediaani", sv = "Besökets längd, median", en = "Length of a visit, median" }
--- source = "Video visits of three counties, Western Uusimaa county's programme 2025; the county's own definition"
--- about = { fi = "Minuutteja käynnin alusta sen loppuun, tavoittain. Käynnit, joiden loppua ei ole kirjattu, näkyvät kattavuudessa.", sv = "Minuter från besökets början till dess slut, enligt sätt. Besök vars slut inte har antecknats syns i täckningen.", en = "Minutes from the start of a visit to its end, by mode. Visits whose end is not recorded show in the coverage." }
SELECT
  encounter_id AS case_id,
  resident_id,
  unit_id,
  service,
  profession,
  modality,
  started_at AS at,
  CASE WHEN ended_at > started_at THEN CAST(arrow_cast(ended_at, 'Int64') - arrow_cast(started_at, 'Int64') AS DOUBLE) / 60000000 END AS minutes
FROM encounters
WHERE status = 'done'
  AND started_at >= $from
  AND started_at < $to
