--- id = "access.digital_share"
--- kind = "share"
--- part_of = "volume.contacts"
--- part = "hits"
--- unit = "share"
--- better = "higher"
--- published = ["channel"]
--- hit = "digital"
--- name = { fi = "Digitaalisten yhteydenottojen osuus", sv = "Andel digitala kontakter", en = "Share of digital contacts" }
--- source = "Final report of Western Uusimaa county's programme 2025: 1–3 % before the platform, about 30 % at the end of 2025"
--- [about]
--- fi = "Chatti, viesti, lomake ja video kaikista asiakkaiden yhteydenotoista."
--- sv = "Chatt, meddelande, blankett och video av alla klienters kontakter."
--- en = "Chat, message, form and video out of all contacts made by clients."
SELECT
  contact_id AS case_id,
  resident_id,
  caller_key,
  unit_id,
  service,
  channel,
  opened_at AS at,
  channel IN ('chat', 'message', 'form', 'video') AS digital
FROM contacts
WHERE kind = 'request'
  AND part_of IS NULL
  AND opened_at >= $from
  AND opened_at < $to
