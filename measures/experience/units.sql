--- id = "experience.units"
--- kind = "count"
--- unit = "units"
--- better = "higher"
--- name = { fi = "Palautetta kysyvät yksiköt", sv = "Enheter som ber om respons", en = "Units that ask for feedback" }
--- source = "Final report of Western Uusimaa county's programme 2025: seven units with visits and two telephone services in the pilot of September to December 2024"
--- about = { fi = "Yksiköt, jotka kuukauden aikana lähettivät palautekyselyn.", sv = "Enheter som under månaden skickade en enkät om respons.", en = "Units that sent a survey for feedback in the month." }
SELECT
  min(survey_id) AS case_id,
  CAST(NULL AS BIGINT) AS resident_id,
  unit_id AS caller_key,
  unit_id,
  min(sent_at) AS at
FROM surveys
WHERE instrument = 'visit_feedback'
  AND sent_at >= $from
  AND sent_at < $to
GROUP BY unit_id, date_trunc('month', local_date(sent_at))
