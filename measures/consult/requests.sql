--- [consult.requests]
--- id = "consult.requests"
--- kind = "count"
--- unit = "consultations"
--- better = "neither"
--- name = { fi = "Konsultaatiopyynnöt", sv = "Konsultationsbegäran", en = "Consultation requests" }
--- source = "Consultation models of the Future Social and Health Centre programme 2020–2022; a question between professionals, kept apart from clients' contacts"
--- [consult.requests.about]
--- fi = "Ammattilaisten toisilleen tekemät konsultaatiopyynnöt, sillä yksiköllä, jolta kysyttiin. Asiakkaiden yhteydenotot eivät ole mukana."
--- sv = "Konsultationer som yrkespersoner har begärt av varandra, vid den enhet som tillfrågades. Klienternas kontakter är inte med."
--- en = "Consultations that professionals asked of each other, at the unit that was asked. Clients' contacts are not in it."
---
--- [consult.answer_time]
--- id = "consult.answer_time"
--- kind = "median"
--- unit = "hours"
--- better = "lower"
--- value = "hours"
--- resolution = 0.1
--- name = { fi = "Konsultaation vastausaika, mediaani", sv = "Konsultationens svarstid, median", en = "Time to a consultation's answer, median" }
--- source = "Consultation models of the Future Social and Health Centre programme 2020–2022; from the question to the first word of whoever was asked"
--- [consult.answer_time.about]
--- fi = "Tunteja pyynnöstä konsultoidun ensimmäiseen vastaukseen. Vielä vastaamatta olevat näkyvät kattavuudessa."
--- sv = "Timmar från begäran till det första svaret av den som konsulterades. De som ännu är obesvarade syns i täckningen."
--- en = "Hours from the question to the first answer of whoever was asked. Those without an answer show in the coverage."
SELECT
  contact_id AS case_id,
  resident_id,
  unit_id,
  service,
  opened_at AS at,
  CASE WHEN first_response_at <= $as_of THEN CAST(arrow_cast(first_response_at, 'Int64') - arrow_cast(opened_at, 'Int64') AS DOUBLE) / 3600000000 END AS hours
FROM contacts
WHERE kind = 'consultation'
  AND opened_at >= $from
  AND opened_at < $to
