--- id = "competence.trained"
--- kind = "sum"
--- unit = "persons"
--- better = "higher"
--- impersonal = true
--- value = "trained"
--- published = ["instrument"]
--- name = { fi = "Menetelmään koulutetut", sv = "Utbildade i en metod", en = "People trained in a method" }
--- source = "Final report of Western Uusimaa county's programme 2025 and rounds of the programme 2020–2022: people trained, by method and unit, as their owners entered them"
--- [about]
--- fi = "Menetelmään koulutettujen määrä, jonka menetelmän omistaja on ilmoittanut kuukauden viimeisenä. Kuukausi, jolta ei ole ilmoitettu mitään, ei ole nolla."
--- sv = "Antalet utbildade i en metod som metodens ägare senast uppgav under månaden. En månad för vilken inget har uppgetts är inte noll."
--- en = "The number of people trained in a method that its owner entered last in the month. A month of which nothing was entered is not nought."
SELECT
  concat(indicator, '/', coalesce(unit_id, ''), '/', CAST(at AS VARCHAR)) AS case_id,
  CAST(NULL AS BIGINT) AS resident_id,
  unit_id,
  replace(indicator, '-trained', '') AS instrument,
  at,
  value_num AS trained
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
  WHERE indicator LIKE '%-trained'
    AND value_num IS NOT NULL
    AND CAST(at AS TIMESTAMP) >= $from
    AND CAST(at AS TIMESTAMP) < $to
)
WHERE place = 1
