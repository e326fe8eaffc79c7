--- id = "experience.surveys_sent"
--- kind = "count"
--- unit = "surveys"
--- better = "neither"
--- published = ["channel"]
--- name = { fi = "Lähetetyt kyselyt", sv = "Skickade enkäter", en = "Surveys sent" }
--- source = "Final report of Western Uusimaa county's programme 2025: 12,500 from September to December 2024"
--- about = { fi = "Asiakkaille lähetetyt kyselyt, myös ne, jotka eivät menneet perille.", sv = "Enkäter som skickats till klienter, även de som inte kom fram.", en = "Surveys sent to clients, also those that were not delivered." }
SELECT
  survey_id AS case_id,
  resident_id,
  unit_id,
  service,
  channel,
  instrument,
  sent_at AS at
FROM surveys
WHERE sent_at >= $from
  AND sent_at < $to
