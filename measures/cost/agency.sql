--- id = "cost.agency_euros"
--- kind = "sum"
--- unit = "euros"
--- better = "lower"
--- impersonal = true
--- value = "euros"
--- name = { fi = "Vuokrahenkilöstön kustannukset", sv = "Kostnader för inhyrd personal", en = "Cost of agency staff" }
--- source = "Buying staff for health stations, Western Uusimaa county's programme 2025; actual costs of the kind agency staff"
--- about = { fi = "Euroja vuokrahenkilöstöön kuukaudessa, toteutuneet kustannukset.", sv = "Euro för inhyrd personal under månaden, faktiska kostnader.", en = "Euros for agency staff in a month, actual costs." }
SELECT
  concat(unit_id, '/', CAST(month AS VARCHAR), '/', coalesce(service, '')) AS case_id,
  CAST(NULL AS BIGINT) AS resident_id,
  unit_id,
  service,
  month AS at,
  CAST(cents AS DOUBLE) / 100 AS euros
FROM costs
WHERE kind = 'agency_staff'
  AND scenario = 'actual'
  AND CAST(month AS TIMESTAMP) >= $from
  AND CAST(month AS TIMESTAMP) < $to
