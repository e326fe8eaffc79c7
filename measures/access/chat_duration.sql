--- id = "access.chat_duration_median"
--- kind = "median"
--- unit = "minutes"
--- better = "neither"
--- value = "minutes"
--- resolution = 0.1
--- name = { fi = "Chatin kesto, mediaani", sv = "Chattens längd, median", en = "Length of a chat, median" }
--- source = "Final report of Western Uusimaa county's programme 2025: about 15 minutes (A11)"
--- [about]
--- fi = "Minuutteja ensimmäisestä vastauksesta keskustelun päättymiseen."
--- sv = "Minuter från det första svaret till samtalets slut."
--- en = "Minutes from the first answer to the end of the conversation."
SELECT
  contact_id AS case_id,
  resident_id,
  caller_key,
  unit_id,
  service,
  channel,
  opened_at AS at,
  CAST(arrow_cast(ended_at, 'Int64') - arrow_cast(first_response_at, 'Int64') AS DOUBLE) / 60000000 AS minutes
FROM contacts
WHERE channel = 'chat'
  AND opened_at >= $from
  AND opened_at < $to
