--- id = "cost.per_contact"
--- kind = "ratio"
--- unit = "euros"
--- part_of = "volume.encounters"
--- better = "lower"
--- numerator = "euros"
--- denominator = "visit"
--- name = { fi = "Kustannus käyntiä kohti", sv = "Kostnad per besök", en = "Cost of an encounter" }
--- source = "Team model pilot of the Future Social and Health Centre programme 2020–2022: cost per contact; ours: a unit's actual costs of the month by the encounters that it gave"
--- [about]
--- fi = "Yksikön kuukauden toteutuneet kustannukset jaettuna toteutuneilla käynneillä ja etäasioinneilla. Mukana ovat kuukaudet, joiden kustannukset tiedetään. Halvempi käynti ei ole säästö, jos käyntejä on enemmän."
--- sv = "Enhetens faktiska kostnader under månaden delade med genomförda besök och distanskontakter. Månader vars kostnader är kända är med. Ett billigare besök är ingen besparing om besöken blir fler."
--- en = "A unit's actual costs of the month by the encounters done. Months whose costs are known are in it. A cheaper encounter is no saving where there are more of them."
WITH met AS (
  SELECT
    encounter_id,
    resident_id,
    unit_id,
    started_at,
    date_trunc('month', local_date(started_at)) AS month
  FROM encounters
  WHERE status = 'done'
    AND started_at >= $from
    AND started_at < $to
),
each AS (
  SELECT c.unit_id, c.month, c.euros / v.visits AS euros
  FROM (
    SELECT unit_id, date_trunc('month', month) AS month, CAST(sum(cents) AS DOUBLE) / 100 AS euros
    FROM costs
    WHERE scenario = 'actual'
    GROUP BY unit_id, date_trunc('month', month)
  ) c
  JOIN (
    SELECT unit_id, month, CAST(count(*) AS DOUBLE) AS visits
    FROM met
    GROUP BY unit_id, month
  ) v ON v.unit_id = c.unit_id AND v.month = c.month
)
SELECT m.encounter_id AS case_id, m.resident_id, m.unit_id, m.started_at AS at, e.euros, 1 AS visit
FROM met m
JOIN each e ON e.unit_id = m.unit_id AND e.month = m.month
