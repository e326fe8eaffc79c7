--- id = "experience.response_rate"
--- kind = "ratio"
--- unit = "share"
--- better = "higher"
--- numerator = "answered"
--- denominator = "delivered"
--- name = { fi = "Palautekyselyn vastausosuus", sv = "Svarsandel i responsenkäten", en = "Survey response rate" }
--- source = "Answered of delivered (AAPOR, Standard Definitions); final report of Western Uusimaa county's programme 2025: 27 %"
--- [about]
--- fi = "Vastatut kyselyt perille menneistä. Perille menemättömät näkyvät kattavuudessa."
--- sv = "Besvarade enkäter av dem som kom fram. De som inte kom fram syns i täckningen."
--- en = "Answered surveys out of those delivered. Undelivered ones show in the coverage."
SELECT
  survey_id AS case_id,
  resident_id,
  unit_id,
  service,
  channel,
  instrument,
  sent_at AS at,
  CASE WHEN delivered_at IS NOT NULL THEN CASE WHEN answered_at IS NOT NULL AND answered_at <= $as_of THEN 1 ELSE 0 END END AS answered,
  CASE WHEN delivered_at IS NOT NULL THEN 1 END AS delivered
FROM surveys
WHERE sent_at >= $from
  AND sent_at < $to
