--- id = "volume.contacts"
--- kind = "count"
--- unit = "contacts"
--- better = "neither"
--- published = ["channel"]
--- name = { fi = "Yhteydenotot", sv = "Kontakter", en = "Contacts" }
--- source = "The county's own definition: demand counted on the day of asking (IHI, daily demand)"
--- about = { fi = "Asiakkaiden yhteydenotot kaikista kanavista, toistetutkin.", sv = "Klienternas kontakter i alla kanaler, även upprepade.", en = "Contacts by clients through all channels, repeated ones too." }
SELECT
  contact_id AS case_id,
  resident_id,
  caller_key,
  unit_id,
  service,
  channel,
  opened_at AS at
FROM contacts
WHERE kind = 'request'
  AND part_of IS NULL
  AND opened_at >= $from
  AND opened_at < $to
