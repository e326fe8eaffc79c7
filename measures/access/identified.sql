--- id = "access.identified_share"
--- kind = "share"
--- part_of = "access.digital_share"
--- unit = "share"
--- better = "neither"
--- hit = "identified"
--- published = ["channel"]
--- name = { fi = "Tunnistautuneiden osuus", sv = "Andel identifierade", en = "Share identified" }
--- source = "Identified chat, Western Uusimaa county's programme 2025; the county's own definition"
--- about = { fi = "Vahvasti tunnistautuneet digitaalisista yhteydenotoista. Kesken asioinnin tunnistautunut on tunnistautunut.", sv = "Starkt identifierade av de digitala kontakterna. Den som identifierar sig under kontakten är identifierad.", en = "Strongly identified out of digital contacts. Whoever identifies during the contact is identified." }
SELECT
  contact_id AS case_id,
  resident_id,
  caller_key,
  unit_id,
  service,
  channel,
  opened_at AS at,
  identified
FROM contacts
WHERE channel IN ('chat', 'message', 'form', 'video')
  AND kind = 'request'
  AND part_of IS NULL
  AND opened_at >= $from
  AND opened_at < $to
