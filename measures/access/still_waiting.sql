--- id = "access.still_waiting"
--- kind = "stock"
--- unit = "assessments"
--- better = "lower"
--- name = { fi = "Hoitoon odottavat", sv = "Väntar på vård", en = "Still waiting for care" }
--- source = "Act 1326/2010 § 51; beside every wait of those who got care, because theirs are the shorter ones"
--- [about]
--- fi = "Hoidon tarpeen arviot, joissa tarve on todettu ja joiden jälkeen hoito ei jakson lopussa ole vielä alkanut. Kahta hoitoa odottava lasketaan kahdesti."
--- sv = "Bedömningar som har konstaterat ett vårdbehov och efter vilka vården inte har börjat vid periodens slut. Den som väntar på två slags vård räknas två gånger."
--- en = "Assessments that found a need of care, after which the care has not begun at the end of the period. Who waits for two kinds of care counts twice."
SELECT
  assessment_id AS case_id,
  resident_id,
  unit_id,
  need_established_at AS at,
  CASE
    WHEN met_at <= $as_of THEN met_at
    WHEN closed_at <= $as_of THEN closed_at
  END AS until
FROM assessments
WHERE guarantee IN ('care', 'oral')
  AND need_established_at < $to
