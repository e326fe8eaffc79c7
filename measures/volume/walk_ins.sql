--- id = "volume.walk_ins"
--- kind = "count"
--- part_of = "volume.contacts"
--- unit = "contacts"
--- better = "neither"
--- published = ["service"]
--- name = { fi = "Ilman aikaa tulleet", sv = "Besökare utan tid", en = "Walk-ins" }
--- source = "First-line services and acute reception of Western Uusimaa county's programme 2025; the county's own definition"
--- about = { fi = "Paikan päälle ilman aikaa tulleet, jokainen tulo erikseen, myös ne, jotka lähtivät ennen vuoroaan.", sv = "De som kom till platsen utan tid, varje besök för sig, även de som gick innan det blev deras tur.", en = "People who came without a time, each time apart, also those who left before their turn." }
SELECT
  contact_id AS case_id,
  resident_id,
  caller_key,
  unit_id,
  service,
  opened_at AS at
FROM contacts
WHERE channel = 'walk_in'
  AND kind = 'request'
  AND part_of IS NULL
  AND opened_at >= $from
  AND opened_at < $to
