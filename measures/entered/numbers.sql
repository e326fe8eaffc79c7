--- kind = "sum"
--- better = "higher"
--- impersonal = true
---
--- [client_plans.made]
--- id = "client_plans.made"
--- unit = "plans"
--- population = "client_plans"
--- name = { fi = "Tehdyt asiakassuunnitelmat", sv = "Upprättade klientplaner", en = "Client plans made" }
--- source = "Future Social and Health Centre programme 2020–2022, October 2021: 15 client and integration plans in Lohja, 75 in Karviainen, as their owners entered them"
--- about = { fi = "Asiakassuunnitelmat, jotka yksikkö on ilmoittanut kuukauden viimeisenä. Kuukausi, jolta ei ole ilmoitettu mitään, ei ole nolla.", sv = "Klientplaner som enheten senast uppgav under månaden. En månad för vilken inget har uppgetts är inte noll.", en = "Client plans that the unit entered last in the month. A month of which nothing was entered is not nought." }
---
--- [mental.youth_paths_modelled]
--- id = "mental.youth_paths_modelled"
--- unit = "paths"
--- population = "youth_paths"
--- name = { fi = "Mallinnetut nuorten hoitopolut", sv = "Modellerade vårdstigar för unga", en = "Paths of the young that were modelled" }
--- source = "Future Social and Health Centre programme 2020–2022, round of spring 2021: two, as their owner entered them"
--- about = { fi = "Nuorten mielenterveyden hoitopolut, jotka on mallinnettu, kuten omistaja on ilmoittanut. Kuukausi, jolta ei ole ilmoitettu mitään, ei ole nolla.", sv = "Vårdstigar för ungas psykiska hälsa som har modellerats, som ägaren har uppgett. En månad för vilken inget har uppgetts är inte noll.", en = "Paths of young people's mental health that were modelled, as their owner entered. A month of which nothing was entered is not nought." }
SELECT
  concat(indicator, '/', coalesce(unit_id, ''), '/', CAST(at AS VARCHAR)) AS case_id,
  CAST(NULL AS BIGINT) AS resident_id,
  unit_id,
  at,
  value_num AS value,
  indicator = 'client-plans' AS client_plans,
  indicator = 'youth-paths-modelled' AS youth_paths
FROM (
  SELECT
    indicator,
    unit_id,
    at,
    value_num,
    row_number() OVER (
      PARTITION BY indicator, unit_id, municipality, date_trunc('month', at)
      ORDER BY at DESC
    ) AS place
  FROM entries
  WHERE indicator IN ('client-plans', 'youth-paths-modelled')
    AND value_num IS NOT NULL
    AND CAST(at AS TIMESTAMP) >= $from
    AND CAST(at AS TIMESTAMP) < $to
)
WHERE place = 1
