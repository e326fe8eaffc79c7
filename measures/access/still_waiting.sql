--- id = "access.still_waiting"
--- kind = "stock"
--- unit = "people"
--- better = "lower"
--- name = { fi = "Hoitoon odottavat", sv = "Väntar på vård", en = "Still waiting for care" }
--- source = "measures.md §0.4: a completed-only wait is never shown alone; Act 1326/2010 § 51"
--- [about]
--- fi = "Asukkaat, joiden hoidon tarve on arvioitu ja jotka eivät jakson lopussa ole vielä päässeet hoitoon."
--- sv = "Invånare vars vårdbehov har bedömts och som vid periodens slut ännu inte har fått vård."
--- en = "Residents whose need of care has been assessed and who have not yet got care at the end of the period."
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
