--- id = "volume.callbacks"
--- kind = "count"
--- part_of = "volume.contacts"
--- unit = "requests"
--- better = "neither"
--- published = ["service"]
--- name = { fi = "Takaisinsoittopyynnöt", sv = "Begärda återuppringningar", en = "Callback requests" }
--- source = "Final report of Western Uusimaa county's programme 2025: over 5,000 to about 2,000 a month in families' services"
--- about = { fi = "Kaikki takaisinsoittopyynnöt, toistetutkin: toisto on merkki siitä, ettei vastattu.", sv = "Alla begäran om återuppringning, även upprepade: upprepning är ett tecken på att ingen svarade.", en = "All callback requests, repeated ones too: repetition is a sign that nobody answered." }
SELECT
  contact_id AS case_id,
  resident_id,
  caller_key,
  unit_id,
  service,
  opened_at AS at
FROM contacts
WHERE channel = 'callback'
  AND kind = 'request'
  AND part_of IS NULL
  AND opened_at >= $from
  AND opened_at < $to
