--- id = "volume.chats"
--- kind = "count"
--- unit = "chats"
--- better = "neither"
--- published = ["service"]
--- name = { fi = "Käydyt chatit", sv = "Förda chattar", en = "Chats" }
--- source = "Final report of Western Uusimaa county's programme 2025: 7,000–9,000 a month in the maternity and child health clinics"
--- about = { fi = "Chatit, joihin ihminen vastasi. Chatti, josta asiakas lähti ennen vastausta, ei ole mukana.", sv = "Chattar som en människa besvarade. En chatt som klienten lämnade före svaret är inte med.", en = "Chats that a person answered. A chat that its client left before an answer is not counted." }
SELECT
  contact_id AS case_id,
  resident_id,
  caller_key,
  unit_id,
  service,
  opened_at AS at
FROM contacts
WHERE channel = 'chat'
  AND kind = 'request'
  AND part_of IS NULL
  AND first_response_at <= $as_of
  AND opened_at >= $from
  AND opened_at < $to
