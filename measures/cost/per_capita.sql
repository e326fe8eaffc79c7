--- id = "cost.per_capita"
--- kind = "ratio"
--- unit = "euros"
--- better = "lower"
--- impersonal = true
--- numerator = "euros"
--- denominator = "residents"
--- name = { fi = "Kustannukset asukasta kohti", sv = "Kostnader per invånare", en = "Cost for each resident" }
--- source = "Future Social and Health Centre programme 2020–2022: costs for each resident, primary and specialised care, unchanged or lower; ours by registered residents, not age-standardised"
--- [about]
--- fi = "Yksikön kuukauden toteutuneet kustannukset jaettuna niiden asukkaiden määrällä, jotka olivat kuukauden ensimmäisenä päivänä kirjoilla yksikössä."
--- sv = "Enhetens faktiska kostnader under månaden delade med antalet invånare som den första dagen i månaden var inskrivna vid enheten."
--- en = "A unit's actual costs of the month by the residents who were registered at it on the first day of the month."
SELECT
  concat(c.unit_id, '/', CAST(c.month AS VARCHAR)) AS case_id,
  CAST(NULL AS BIGINT) AS resident_id,
  c.unit_id,
  c.month AS at,
  c.euros,
  p.residents
FROM (
  SELECT unit_id, month, CAST(sum(cents) AS DOUBLE) / 100 AS euros
  FROM costs
  WHERE scenario = 'actual'
    AND CAST(month AS TIMESTAMP) >= $from
    AND CAST(month AS TIMESTAMP) < $to
  GROUP BY unit_id, month
) c
JOIN (
  SELECT m.unit_id, m.month, CAST(count(*) AS DOUBLE) AS residents
  FROM (SELECT DISTINCT unit_id, month FROM costs) m
  JOIN registrations r ON r.unit_id = m.unit_id
  WHERE r.valid_from <= m.month
    AND (r.valid_to IS NULL OR r.valid_to > m.month)
  GROUP BY m.unit_id, m.month
) p ON p.unit_id = c.unit_id AND p.month = c.month
