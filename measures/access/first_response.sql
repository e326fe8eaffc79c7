--- kind = "median"
--- unit = "minutes"
--- part_of = "access.digital_share"
--- resolution = 0.1
---
--- [access.first_response_median]
--- id = "access.first_response_median"
--- value = "minutes"
--- better = "lower"
--- name = { fi = "Ensimmäinen vastaus, mediaani", sv = "Första svar, median", en = "First response, median" }
--- source = "Final report of Western Uusimaa county's programme 2025: wait in the outpatient chat, median 2.5 minutes"
--- [access.first_response_median.about]
--- fi = "Minuutteja chatin avaamisesta ensimmäiseen ihmisen vastaukseen. Automaattinen vastaus ei ole vastaus. Vastaamatta jääneet näkyvät kattavuudessa."
--- sv = "Minuter från att chatten öppnades till det första svaret av en människa. Ett automatiskt svar är inget svar. Obesvarade syns i täckningen."
--- en = "Minutes from the opening of a chat to the first answer by a person. An automatic answer is none. Unanswered chats show in the coverage."
---
--- [access.chat_duration_median]
--- id = "access.chat_duration_median"
--- value = "length"
--- better = "neither"
--- name = { fi = "Chatin kesto, mediaani", sv = "Chattens längd, median", en = "Length of a chat, median" }
--- source = "Final report of Western Uusimaa county's programme 2025: about 15 minutes"
--- [access.chat_duration_median.about]
--- fi = "Minuutteja ensimmäisestä vastauksesta keskustelun päättymiseen."
--- sv = "Minuter från det första svaret till samtalets slut."
--- en = "Minutes from the first answer to the end of the conversation."
---
--- [access.first_response_quantiles]
--- id = "access.first_response_quantiles"
--- kind = "quantiles"
--- value = "minutes"
--- better = "lower"
--- name = { fi = "Ensimmäinen vastaus, kvantiilit", sv = "Första svar, kvantiler", en = "First response, quantiles" }
--- source = "Beside the median, because the longest waits are not in it; quantiles of type 7 (Hyndman and Fan 1996)"
--- [access.first_response_quantiles.about]
--- fi = "Kuinka monessa minuutissa vastauksen sai kymmenesosa, neljännes, puolet, kolme neljännestä ja yhdeksän kymmenestä vastatuista chateista. Vastaamatta jääneet näkyvät kattavuudessa."
--- sv = "Inom hur många minuter en tiondel, en fjärdedel, hälften, tre fjärdedelar och nio av tio besvarade chattar hade fått svar. Obesvarade syns i täckningen."
--- en = "Within how many minutes a tenth, a quarter, half, three quarters and nine tenths of the answered chats were answered. Unanswered chats show in the coverage."
SELECT
  contact_id AS case_id,
  resident_id,
  caller_key,
  unit_id,
  service,
  channel,
  opened_at AS at,
  CAST(arrow_cast(first_response_at, 'Int64') - arrow_cast(opened_at, 'Int64') AS DOUBLE) / 60000000 AS minutes,
  CAST(arrow_cast(ended_at, 'Int64') - arrow_cast(first_response_at, 'Int64') AS DOUBLE) / 60000000 AS length
FROM contacts
WHERE channel = 'chat'
  AND opened_at >= $from
  AND opened_at < $to
