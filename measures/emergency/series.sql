--- kind = "sum"
--- better = "lower"
--- impersonal = true
---
--- [emergency.visits]
--- id = "emergency.visits"
--- unit = "visits"
--- population = "visits"
--- name = { fi = "Päivystyskäynnit vuodessa", sv = "Jourbesök under ett år", en = "Emergency visits of a year" }
--- source = "Programme report 2020–2022, S-168: 143,681 from September 2018, 130,765 from September 2019"
--- about = { fi = "Päivystyskäynnit vuoden aikana, kuten ne on julkaistu. Luku on sen kuukauden kohdalla, josta vuosi alkaa.", sv = "Jourbesök under ett år, som de har publicerats. Talet står vid den månad då året börjar.", en = "Emergency visits of a year, as published. The number stands at the month in which the year begins." }
---
--- [emergency.joint_visits]
--- id = "emergency.joint_visits"
--- unit = "visits"
--- population = "joint_visits"
--- name = { fi = "Yhteispäivystyksen käynnit vuodessa", sv = "Besök vid samjouren under ett år", en = "Joint emergency visits of a year" }
--- source = "Programme report 2020–2022, S-168: 115,211 from September 2018, 102,158 from September 2019"
--- about = { fi = "Yhteispäivystyksen käynnit vuoden aikana, kuten ne on julkaistu. Luku on sen kuukauden kohdalla, josta vuosi alkaa.", sv = "Besök vid samjouren under ett år, som de har publicerats. Talet står vid den månad då året börjar.", en = "Joint emergency visits of a year, as published. The number stands at the month in which the year begins." }
---
--- [emergency.ambulance_75]
--- id = "emergency.ambulance_75"
--- unit = "transports"
--- population = "ambulance_75"
--- name = { fi = "75 vuotta täyttäneiden ambulanssikuljetukset", sv = "Ambulanstransporter av personer som fyllt 75", en = "Ambulance transports of people of 75 or more" }
--- source = "Programme report 2020–2022, S-168: 10,418 from September 2018, 10,441 from September 2019"
--- about = { fi = "Ambulanssikuljetukset vuoden aikana, kuten ne on julkaistu. Luku on sen kuukauden kohdalla, josta vuosi alkaa.", sv = "Ambulanstransporter under ett år, som de har publicerats. Talet står vid den månad då året börjar.", en = "Ambulance transports of a year, as published. The number stands at the month in which the year begins." }
SELECT
  concat(series_id, '/', CAST(period_from AS VARCHAR)) AS case_id,
  CAST(NULL AS BIGINT) AS resident_id,
  CAST(NULL AS VARCHAR) AS unit_id,
  period_from AS at,
  value,
  series_id = 'emergency-visits' AS visits,
  series_id = 'joint-emergency-visits' AS joint_visits,
  series_id = 'ambulance-transports-75' AS ambulance_75
FROM series
WHERE stratum = 'all'
  AND series_id IN ('emergency-visits', 'joint-emergency-visits', 'ambulance-transports-75')
  AND CAST(period_from AS TIMESTAMP) >= $from
  AND CAST(period_from AS TIMESTAMP) < $to
